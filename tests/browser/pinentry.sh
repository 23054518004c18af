#!/bin/sh
# A pinentry whose user is a script, for tests and demonstrations: lines of `pins` are typed one by
# one, then windows are cancelled; HANG keeps a window open. `confirm` holds yes or no. What a window
# was told to show goes to `windows`. All of them are beside this file.
cd "$(dirname "$0")" || exit 1
echo 'OK ready'
while read -r line; do
  printf '%s\n' "$line" >>windows
  case "$line" in
    GETPIN)
      pin=$(head -n 1 pins); sed -i 1d pins
      case "$pin" in
        '') echo 'ERR 83886179 Operation cancelled <Pinentry>';;
        HANG) exec sleep 60;;
        *) echo "D $pin"; echo OK;;
      esac;;
    CONFIRM) if [ "$(cat confirm)" = yes ]; then echo OK; else echo 'ERR 83886194 Not confirmed <Pinentry>'; fi;;
    *) echo OK;;
  esac
done
