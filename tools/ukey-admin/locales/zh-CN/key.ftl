# USBKEY 做不到的密钥操作。

key-no-move = 容器 { $from } 中的密钥不能移到 { $to }：私钥不会离开 USBKEY，GM/T 0017 也没有移动或改名的指令
key-no-attestation = 无法证明容器 { $container } 中密钥的来源：GM/T 0017 没有规定证明密钥
