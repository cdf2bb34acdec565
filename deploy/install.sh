#!/bin/sh
# Set up Awna on a Debian server that it has for itself: `sudo sh /srv/awna/deploy/install.sh awna.example.org`.
# It may be run again at any time: settings, data and certificates that are there stay as they are.
# With a second word, `for-restore`, it makes no database and starts nothing, so that `awna restore` finds a bare place.
set -eu

ANSWER_S_MAX=60
name=${1:-}
purpose=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
say() { echo "install: $*"; }
refuse() { echo "install: $*" >&2; exit 1; }

case "$name" in
    "") refuse "say under which name people will reach the site: sh $0 awna.example.org" ;;
    *[!a-z0-9.-]* | .* | -* | *. | *-) refuse "“$name” is not a host name. Write it without https:// and in small letters, such as awna.example.org" ;;
    *.*) ;;
    *) refuse "“$name” has no dot; the whole name is needed, such as awna.example.org" ;;
esac
[ -z "$purpose" ] || [ "$purpose" = for-restore ] || refuse "“$purpose” is not understood; the second word may only be for-restore"
[ "$(id -u)" = 0 ] || refuse "this must be done as root: sudo sh $0 ${name:-awna.example.org}"
[ "$here" = /srv/awna/deploy ] || refuse "Awna must lie in /srv/awna, but this is ${here%/deploy}. Move the folder there and start again."
if [ -f /etc/awna/awna.env ] && ! grep -qx "AWNA_ORIGIN=https://$name" /etc/awna/awna.env; then
    refuse "/etc/awna/awna.env is for another name: $(grep ^AWNA_ORIGIN= /etc/awna/awna.env). Stewards' passkeys are bound to it. Nothing was changed."
fi

say "Debian packages"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >/dev/null
apt-get install -q -y --no-install-recommends python3 python3-pip python3-venv nginx-light certbot git curl nano ca-certificates adduser >/dev/null

say "the user awna and its folders"
getent passwd awna >/dev/null || adduser --quiet --system --group --no-create-home --home /var/lib/awna awna
install -d -o awna -g awna -m 700 /var/lib/awna /var/cache/awna /var/backups/awna
install -d -o awna -g awna -m 755 /var/www/awna
install -d -m 755 /etc/awna
if [ ! -f /etc/awna/awna.env ]; then
    umask 077
    sed "s/awna\.example\.org/$name/g" "$here/awna.env" >/etc/awna/awna.env.new
    mv /etc/awna/awna.env.new /etc/awna/awna.env
    umask 022
fi
chmod 600 /etc/awna/awna.env

say "the program (some minutes the first time)"
(cd /srv/awna && ./awna install)
install -m 755 "$here/awna" /usr/local/bin/awna

# An older database is for `awna upgrade` alone, which makes a backup first.
if [ ! -f /var/lib/awna/awna.sqlite3 ] && [ -z "$purpose" ] && ! grep -q "^AWNA_DATABASE_URL" /etc/awna/awna.env; then
    say "tables of the database"
    awna migrate --skip-checks --verbosity 0
fi

say "services and timers"
for unit in "$here"/awna*.service "$here"/awna*.timer; do
    install -m 644 "$unit" /etc/systemd/system/
done
install -D -m 644 "$here/hardening.conf" /etc/systemd/system/awna.service.d/hardening.conf
install -D -m 644 "$here/hardening.conf" /etc/systemd/system/awna-.service.d/hardening.conf

say "nginx"
[ -f /etc/nginx/nginx.conf.debian ] || cp /etc/nginx/nginx.conf /etc/nginx/nginx.conf.debian
install -m 644 "$here/nginx-main.conf" /etc/nginx/nginx.conf
sed "s/awna\.example\.org/$name/g" "$here/nginx.conf" >/etc/nginx/conf.d/awna.conf
certificate=/etc/letsencrypt/live/$name/fullchain.pem
if [ ! -f "$certificate" ]; then
    # So that nginx can answer Let's Encrypt before there is a certificate.
    printf 'server {\n    listen 80;\n    listen [::]:80;\n    server_name %s;\n    root /var/www/html;\n}\n' "$name" >/etc/nginx/conf.d/awna.conf
fi

if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl reload-or-restart nginx
    if [ -z "$purpose" ]; then
        systemctl reset-failed 'awna*'  # what was stopped on purpose did not fail
        systemctl enable --quiet --now awna awna-work awna-hourly.timer awna-publish.timer
        systemctl restart awna awna-work
        ! grep -q "^AWNA_BACKUP_KEYS=" /etc/awna/awna.env || systemctl enable --quiet --now awna-backup.timer
    fi
    if [ -z "$purpose" ]; then
        tries=0
        until curl -fs -o /dev/null -H "Host: $name" http://127.0.0.1:8000/readyz; do
            tries=$((tries + 1))
            [ "$tries" -lt "$ANSWER_S_MAX" ] || refuse "the application does not answer. It says why: journalctl -u awna -n 20"
            sleep 1
        done
    fi
else
    say "systemd does not run here: start the services of /etc/systemd/system yourself"
fi
[ -f "$certificate" ] || say "next: the certificate (docs/operate.md, step 3), then run this again"
say "done"
