# What no USBKEY can do with its keys.

key-no-move = the key in container { $from } cannot be moved to { $to }: private keys do not leave a USBKEY, and GM/T 0017 has no command that moves or renames
key-no-attestation = nothing attests the key in container { $container }: GM/T 0017 gives a USBKEY no attestation key
