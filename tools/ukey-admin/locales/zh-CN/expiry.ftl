# 证书即将到期的提醒。

expiry-ends =
    { $days_left ->
        [0] { $name } 的证书今天（{ $day }）到期：ukey-admin renew（不要在递交投标文件之后、开标之前办理）
       *[other] { $name } 的证书还有 { $days_left } 天到期（{ $day }）：ukey-admin renew（不要在递交投标文件之后、开标之前办理）
    }
expiry-wanted-days = 请写天数，例如 90d
