# policy 命令的用语，以及拒绝新口令的原因。

policy-length-label = 口令长度
policy-characters-label = 口令字符
policy-creators-label = 谁可以创建
policy-beyond-label = GM/T 0017 之外
policy-bytes = { $least } 至 { $most } 字节
policy-bytes-here = { $least } 至 { $most } 字节；本机要求至少 { $here } 字节
policy-run-here = 本机要求相同或连续的字符最多 { $most } 个
policy-any-run = 不限
policy-tries = 连续输错 { $count } 次锁定（创建应用时确定）
policy-not-told = （USBKEY 未说明）
policy-too-short = 本机要求新口令至少 { $min_length } 字节（见 policy show）
policy-too-plain = 本机要求新口令中相同或连续的字符最多 { $longest_run } 个（见 policy show）
policy-written = 已写入 { $file }。
policy-would-write = 将向 { $file } 写入：
policy-stricter-elsewhere = 另一个配置文件的要求更严格，以它为准：ukey-admin config show
policy-does-not-count = { $file } 在本机不生效：它不是会被读取的配置文件（见 config show）
policy-not-a-table = { $file }：其中的 pin 不是一个表
policy-profile-too-short = { $length } 位的口令短于本机的要求（见 policy show）
policy-wanted-run = 请写 1 至 15 的数，或 any
