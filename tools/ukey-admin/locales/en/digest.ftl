# What `digest` and commands over several files say.

digest-good = OK
digest-bad = FAILED
digest-false-file = the file is NOT the one that the list is about
digest-one-signature = one --signature cannot belong to several files; leave it out
digest-false-files =
    { $failed ->
        [one] one file did NOT pass the check
       *[other] { $failed } files did NOT pass the check
    }
digest-not-a-line = { $list }, line { $line }: this is no line of a list of digests of that kind
digest-empty-list = { $list } names no file
