#!/bin/sh
# A pinentry whose user is a script, for tests and demonstrations: lines of `pins` are typed one by
# one, then windows are cancelled. HANG keeps a window open, SLOW:1234 types after a while, LATER:1234
# when the file `go` is there, EXPIRE lets the window's time run out. `confirm` holds yes or no. What a
# window was told to show goes to `windows`, and OVERLAP when another one was open at the same time.
# All of them are beside this file.
cd "$(dirname "$0")" || exit 1
echo 'OK ready'
opened() {
  read -r other 2>/dev/null <open && [ -d "/proc/$other" ] && echo OVERLAP >>windows
  echo $$ >open
}
while read -r line; do
  printf '%s\n' "$line" >>windows
  case "$line" in
    GETPIN)
      opened
      pin=$(head -n 1 pins); sed -i 1d pins
      case "$pin" in
        '') echo 'ERR 83886179 Operation cancelled <Pinentry>';;
        HANG) exec sleep 60;;
        EXPIRE) echo 'ERR 83886142 Timeout <Pinentry>';;
        SLOW:*) sleep 0.3; echo "D ${pin#SLOW:}"; echo OK;;
        LATER:*) until [ -e go ]; do sleep 0.1; done; echo "D ${pin#LATER:}"; echo OK;;
        *) echo "D $pin"; echo OK;;
      esac
      rm -f open;;
    CONFIRM)
      opened
      if [ "$(cat confirm)" = yes ]; then echo OK; else echo 'ERR 83886194 Not confirmed <Pinentry>'; fi
      rm -f open;;
    *) echo OK;;
  esac
done
