# 证书、证书请求、签名和数字信封的错误。$what 是标准中的结构名，保持原文。

pki-malformed = { $what } 格式不正确
pki-truncated = { $what } 不完整
pki-trailing-data = { $what } 之后有多余的字节
pki-too-large = { $what } 超过 { $limit } 字节
pki-unsupported = 不支持的 { $what }：{ $value }
pki-signature =
    { $what ->
        [content] 文件的签名验证不通过
        [file] 文件的签名验证不通过
        [certificate] 证书的签名验证不通过
       *[other] { $what } 的签名验证不通过
    }
pki-mismatch = 不匹配：{ $what }
pki-untrusted = 证书不可信：{ $why }
pki-not-a-recipient = 所给证书都不是此数字信封的接收者
pki-decryption = 解密失败：内容或其密钥被改动过，或者密钥不对
pki-integrity-missing = 数字信封缺少完整性校验
pki-length-changed = 输入有 { $actual } 字节，与声明的 { $announced } 字节不符
pki-invalid = { $what } 无效：{ $reason }
pki-crypto = 密码运算失败：{ $detail }

pki-unknown-issuer = 缺少其颁发者“{ $issuer }”的证书
pki-bad-signature = “{ $subject }”的证书签名验证不通过
pki-not-yet-valid = “{ $subject }”的证书在 { $moment } 之前无效
pki-expired = “{ $subject }”的证书已于 { $moment } 过期
pki-not-an-authority = “{ $subject }”不是 CA
pki-path-too-long = “{ $subject }”之下的 CA 层数超出限制
pki-key-usage = “{ $subject }”的密钥用法不允许此用途
pki-unknown-extension = “{ $subject }”的证书含有未知的关键扩展 { $extension }
pki-too-complex = 可能的证书路径过多
