# shellcheck shell=sh
# Read first by the shell scripts: --help shows the first comment of the script.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }

# misused [WHAT]: ends the script, which was called wrongly, and says how to call it.
misused() {
    [ $# -eq 0 ] || echo "${0##*/}: not understood: $1" >&2
    usage >&2
    exit 2
}

case $1 in
-h | --help) usage; exit 0 ;;
esac
