# Why an authority refuses, by its stable code; the authority's own words are English.

refusal-refused = the authority refuses the request: { $reason }
refusal-no-directory = there is no authority in { $path } (ukey-ca init makes one)
refusal-reason =
    { $code ->
       *[other] { $words }
    }
