#!/bin/sh
# New code on one machine: a backup first, then packages, then a restart, which migrates. As root.
set -eu
code=${CODE:-/opt/advocate-desk}
systemctl start advocate-backup.service
cd "$code"
git pull --ff-only
runuser -u advocate -- make -s .venv/.local-installed assets
# What nginx shows in the seconds without a web process, and whenever one is missing.
mkdir -p /var/www/advocate
ADVOCATE_HOME=/var/lib/advocate .venv/bin/advocate away --to /var/www/advocate/away.html
systemctl restart advocate.service
for _ in $(seq 60); do
    sleep 2
    if runuser -u advocate -- env ADVOCATE_HOME=/var/lib/advocate .venv/bin/advocate status; then
        exit 0
    fi
done
echo "Not well after two minutes. The dump from before is the newest in /var/backups/advocate." >&2
exit 1
