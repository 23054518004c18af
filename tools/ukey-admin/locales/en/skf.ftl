# Words of `skf`.

skf-standard = Functions
skf-missing = Missing
skf-extensions = Extensions
skf-packing-label = Structures
skf-lengths-label = Lengths
skf-device-label = Device
skf-no-verdict = ended without a verdict
skf-long-name = the name of the application is too long
skf-of-78 = { $count } of 78

skf-ulong-standard = 32 bits
skf-ulong-wide = { $bits } bits (ulong_bits = { $bits })
skf-not-seen = not seen
skf-packed = packed
skf-not-packed = not packed (packing = "natural")

skf-lengths-exact = told as they are
skf-lengths-wrong = told wrongly: { $told }, { $written } bytes written
skf-lengths-refused = not told: { $code }
skf-lengths-unknown = not seen: SKF_EnumDev answers { $code }

skf-device-line = { $name }: { $manufacturer } { $label } serial { $serial }, algorithms { $algorithms }, device authentication { $authentication }, applications: { $applications }

skf-crashed = { $library } ended the process that loaded it ({ $how })
skf-hangs = { $library } does not come back within { $seconds } s
skf-died-somewhere = crashed ({ $how })
skf-died-in = crashed in { $at } ({ $how })
skf-silent = did not come back within { $seconds } s
skf-silent-in = { $at } did not come back within { $seconds } s
skf-summary = { $passed } passed, { $failed } failed, { $skipped } skipped
