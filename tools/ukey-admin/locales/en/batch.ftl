# What `batch` says.

batch-no-header = there is no header; the first line names the columns
batch-no-rows = there are no rows
batch-bom = the file begins with a byte-order mark; save it as UTF-8 without one
batch-utf16 = the file is UTF-16; save it as UTF-8
batch-not-utf8 = this is not UTF-8 (GBK, perhaps?); save the file as UTF-8
batch-empty-line = the line is empty
batch-stray-quote = a quote stands inside a field; write it twice and quote the field
batch-open-quote = a quote is not closed
batch-bad-id = an id has 1 to 64 letters, digits, - _ or .
batch-bad-tries = tries are 1 to 15
batch-bad-pin-length = a PIN has 6 to 16 digits
batch-bad-days = days are 1 to 3650
batch-runs = another batch works in this directory

batch-in-line = { $file }, line { $line }: { $message }
batch-columns = the row has { $found } of { $wanted } fields
batch-duplicate = the { $column } { $value } is in line { $first } already
batch-no-such-column = the column { $name } is not known; there are id, subject, label, serial and seal
batch-column-twice = the column { $name } is there twice
batch-missing-column = the column { $name } is missing
batch-missing-value = the { $name } is missing
batch-bad-subject = the subject is no name: { $why }
batch-unreadable-seal = the seal { $path } cannot be read: { $cause }
batch-pin-file = { $path } holds no PIN
batch-is-done = row { $id } is produced and cannot be given up
batch-produced = { $id }: produced on { $serial }
batch-failed = { $id }: not produced on { $serial }: { $why }
batch-summary =
    { $rows ->
        [one] 1 row
       *[other] { $rows } rows
    }: { $produced } produced now, { $failed } failed, { $left } left.
batch-would-produce =
    { $rows ->
        [one] 1 row is
       *[other] { $rows } rows are
    } in order; { $blank ->
        [one] 1 blank USBKEY is
       *[other] { $blank } blank USBKEYs are
    } plugged in.
batch-partial =
    { $left ->
        [one] one row is not produced
       *[other] { $left } rows are not produced
    }
