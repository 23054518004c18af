# digest 以及一次处理多个文件的命令的用语。

digest-good = 一致
digest-bad = 不一致
digest-false-file = 文件与列表中的摘要不一致
digest-one-signature = 一个 --signature 不能用于多个文件，请去掉该选项
digest-false-files = { $failed } 个文件未通过检查
digest-not-a-line = { $list } 第 { $line } 行：不是该类摘要列表的格式
digest-empty-list = { $list } 中没有列出文件
