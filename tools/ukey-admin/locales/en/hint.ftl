# One piece of advice for each error that has one.

hint-list-devices = see what is plugged in: ukey-admin device list
hint-ask-doctor = find out why: ukey-admin doctor
hint-unblock = the SO PIN gives it new tries: ukey-admin pin unblock
hint-so-locked = a locked SO PIN cannot be unlocked; ukey-admin device init makes the key new and destroys all keys in it
hint-last-try = if you are sure of the PIN, add --last-try-ok
hint-set-pin = set it with the SO PIN: ukey-admin pin unblock
hint-yes = add --yes
hint-pin-source = give --pin-source (--so-pin-source, --new-pin-source): env:NAME, file:PATH, fd:N, stdin or agent
hint-force-or-output = add --force to overwrite it, or choose another --output
hint-other-file = name another file; this one is kept
hint-force = add --force to replace it
hint-initialise = a blank key is made usable by: ukey-admin device init
hint-make-key = make one: ukey-admin key generate, or all at once: ukey-admin enroll
hint-list-containers = list what is there: ukey-admin container list
hint-name-signature = name it with --signature
hint-plug-recipient = plug in the key that has one of these certificates (ukey-admin cert list)
hint-early = renew later, or add --early
hint-source-forms = write prompt, agent, env:NAME, file:PATH, fd:N or stdin; never the PIN itself
hint-make-private = make it private: chmod 600 { $path }
hint-plug-in = plug the key in and run the command again
hint-wait = close the other program, or wait until it is done
hint-device-key = name the file with the right device key: UKEY_AUTH_KEY_FILE=FILE, or auth_key_file in ukey.toml
hint-make-room = make room: ukey-admin container delete, seal delete (see container list, seal list)
hint-list-applications = list what is there: ukey-admin app list
