# CA 拒绝请求的原因，按其固定代码给出；未列出的显示 CA 的原文（英文）。

refusal-refused = CA 拒绝了请求：{ $reason }
refusal-no-directory = { $path } 中没有 CA（可用 ukey-ca init 创建）
refusal-reason =
    { $code ->
        [malformed_request] 请求无法读取（{ $words }）
        [proof_of_possession] 证书请求不是用它自己的密钥签名的
        [request_signature] 请求的签名验证不通过
        [request_not_signed] 请求必须用所涉证书的密钥签名
        [other_signer] 请求的签名者不是证书持有者
        [signer_not_in_force] 签名者的证书当前无效（{ $words }）
        [incomplete_request] 请求内容不完整（{ $words }）
        [request_id_taken] 请求编号已被另一请求使用
        [key_certified_before] 该密钥已签发过证书（{ $words }）
        [unknown_certificate] 该 CA 没有签发过这张证书（{ $words }）
        [has_successor] 证书已延期或补办过（{ $words }）
        [wrong_state] 证书的当前状态不允许此操作（{ $words }）
        [not_escrowed] 没有托管该证书的密钥（{ $words }）
        [recovered_before] 该证书的密钥已恢复过（{ $words }）
        [two_officers] 恢复密钥需要两名不同管理员的密钥
        [operator_only] 只有 CA 的操作员可以这样做
        [authority_expired] CA 自己的证书不在有效期内
        [name] 不能为该名称签发证书（{ $words }）
        [days] 有效天数超出范围（{ $words }）
       *[other] { $words }
    }
