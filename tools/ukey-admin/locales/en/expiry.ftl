# Notices that a certificate is about to end.

expiry-ends =
    { $days_left ->
        [0] the certificate of { $name } ends today, on { $day }: ukey-admin renew (not between handing in a tender and its opening)
        [one] the certificate of { $name } ends in 1 day, on { $day }: ukey-admin renew (not between handing in a tender and its opening)
       *[other] the certificate of { $name } ends in { $days_left } days, on { $day }: ukey-admin renew (not between handing in a tender and its opening)
    }
expiry-wanted-days = write a number of days, such as 90d
