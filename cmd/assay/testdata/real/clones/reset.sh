#!/bin/sh
# A factory reset that forgets one file.
rm -f {dir}/www/data/settings.txt
echo admin:admin >{dir}/users
echo 'all user data deleted'
