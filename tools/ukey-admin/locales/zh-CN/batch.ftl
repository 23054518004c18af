# batch 命令的用语。

batch-no-header = 缺少表头；第一行应为各列的名称
batch-no-rows = 没有数据行
batch-bom = 文件开头有字节顺序标记（BOM），请存为不带 BOM 的 UTF-8
batch-utf16 = 文件是 UTF-16 编码，请存为 UTF-8
batch-not-utf8 = 不是 UTF-8 编码（可能是 GBK），请存为 UTF-8
batch-empty-line = 空行
batch-stray-quote = 字段中间有引号；请把引号写两遍，并给整个字段加引号
batch-open-quote = 引号没有成对
batch-bad-id = id 须为 1 至 64 个字母、数字或 - _ .
batch-bad-tries = 重试次数须为 1 至 15
batch-bad-pin-length = 口令长度须为 6 至 16 位数字
batch-bad-days = 天数须为 1 至 3650
batch-runs = 另一个批量任务正在使用此目录

batch-in-line = { $file } 第 { $line } 行：{ $message }
batch-columns = 此行有 { $found } 个字段，应为 { $wanted } 个
batch-duplicate = { $column } { $value } 已在第 { $first } 行出现过
batch-no-such-column = 未知的列 { $name }；可用的列有 id、subject、label、serial 和 seal
batch-column-twice = 列 { $name } 出现了两次
batch-missing-column = 缺少列 { $name }
batch-missing-value = 缺少 { $name }
batch-bad-subject = subject 不是有效的主体名称：{ $why }
batch-unreadable-seal = 无法读取印章 { $path }：{ $cause }
batch-pin-file = { $path } 中没有口令
batch-is-done = { $id } 行已制作完成，不能放弃
batch-produced = { $id }：已在 { $serial } 上制作完成
batch-failed = { $id }：在 { $serial } 上制作失败：{ $why }
batch-summary = 共 { $rows } 行：本次完成 { $produced }，失败 { $failed }，剩余 { $left }。
batch-would-produce = { $rows } 行均无误；插入了 { $blank } 把空白 USBKEY。
batch-partial = 还有 { $left } 行没有制作完成
