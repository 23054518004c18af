# What `policy` says, and why a new PIN is refused.

policy-length-label = PIN length
policy-characters-label = PIN characters
policy-creators-label = Who may create
policy-beyond-label = Beyond GM/T 0017
policy-bytes = { $least } to { $most } bytes
policy-bytes-here = { $least } to { $most } bytes; on this computer at least { $here }
policy-run-here = on this computer at most { $most } equal or consecutive in a row
policy-any-run = any
policy-tries = { $count } wrong ones in a row lock it (fixed when the application was made)
policy-not-told = (the USBKEY does not tell)
policy-too-short = a new PIN has at least { $min_length } bytes on this computer (policy show)
policy-too-plain = a new PIN has at most { $longest_run } equal or consecutive characters in a row on this computer (policy show)
policy-written = Written to { $file }.
policy-would-write = This would be written to { $file }:
policy-stricter-elsewhere = another configuration file asks for more, and that holds: ukey-admin config show
policy-does-not-count = { $file } does not hold here: it is none of the configuration files that are read (config show)
policy-not-a-table = { $file }: pin is there and is no table
policy-profile-too-short = PINs of { $length } digits are shorter than this computer's policy allows (policy show)
policy-wanted-run = write a number from 1 to 15, or any
