# skf 命令的用语。

skf-standard = 标准函数
skf-missing = 缺少
skf-extensions = 扩展函数
skf-packing-label = 结构体
skf-lengths-label = 长度
skf-device-label = 设备
skf-no-verdict = 未得出结论就结束了
skf-long-name = 应用名称过长
skf-of-78 = { $count }/78

skf-ulong-standard = 32 位
skf-ulong-wide = { $bits } 位（ulong_bits = { $bits }）
skf-not-seen = 未能判断
skf-packed = 紧凑排列
skf-not-packed = 按编译器默认对齐（packing = "natural"）

skf-lengths-exact = 与实际一致
skf-lengths-wrong = 与实际不符：报告 { $told }，实际写入 { $written } 字节
skf-lengths-refused = 不肯报告：{ $code }
skf-lengths-unknown = 未能判断：SKF_EnumDev 返回 { $code }

skf-device-line = { $name }：{ $manufacturer } { $label }，序列号 { $serial }，算法 { $algorithms }，设备认证 { $authentication }，应用：{ $applications }

skf-crashed = { $library } 使加载它的进程异常退出（{ $how }）
skf-hangs = { $library } 在 { $seconds } 秒内没有返回
skf-died-somewhere = 崩溃（{ $how }）
skf-died-in = 在 { $at } 中崩溃（{ $how }）
skf-silent = 在 { $seconds } 秒内没有返回
skf-silent-in = { $at } 在 { $seconds } 秒内没有返回
skf-summary = 通过 { $passed }，失败 { $failed }，跳过 { $skipped }
