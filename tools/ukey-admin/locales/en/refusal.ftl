# Why an authority refuses, by its stable code; the authority's own words are English.

refusal-refused = the authority refuses the request: { $reason }
refusal-reason =
    { $code ->
       *[other] { $words }
    }
