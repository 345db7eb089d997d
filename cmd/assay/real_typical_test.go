//go:build real

package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
)

// A device of eight services, each as it should be, tested by somebody who has nothing but its address: HTTP that leads on, HTTPS
// and MQTT by password, SSH by key, FTP under TLS, CoAP, SNMPv3 and mDNS. Nothing turns red, and every service is known. The log has
// how long it took, and how much of that were waits that methods demand.
func TestRealTypicalDevice(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "typical")
		l.sh("openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=hub -keyout " + dir + "/key.pem -out " + dir + "/cert.pem")
		l.write(filepath.Join(dir, "htpasswd"), "owner:"+l.sh("openssl passwd -6 kf93-Lqpz-77tY-uneven")+"\n")
		l.sh("ssh-keygen -q -t ed25519 -N '' -f " + dir + "/host; mosquitto_passwd -c -b " + dir + "/users owner kf93-Lqpz-77tY-uneven; chmod 600 " + dir + "/users; mkdir /run/empty")
		for _, program := range []string{
			"exec nginx -c " + dir + "/nginx.conf",
			"mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -f " + dir + "/sshd_config",
			"exec mosquitto -c " + dir + "/mosquitto.conf",
			"exec vsftpd " + dir + "/vsftpd.conf",
			"exec coap-server-notls -A " + l.addr(0),
			"SNMP_PERSISTENT_DIR=" + dir + " exec snmpd -f -Lo -C -c " + dir + "/snmpd.conf -I -smux -p " + dir + "/pid",
			"mkdir -p /run/avahi-daemon; exec avahi-daemon --no-rlimits --no-drop-root --no-chroot -f " + dir + "/avahi.conf",
		} {
			l.serve(0, program)
		}
		l.await(0, 80, 443, 22, 8883, 21)
		m, code := l.run(l.addr(0), "--allow", "gentle", "--state", "initialised", "--effort", "quick")
		if f := fails(m); len(f) > 0 || code != harness.ExitInconclusive {
			t.Errorf("exit %d, %q", code, f)
		}
		t.Logf("typical device: a quick run took %v, of which %.1f s were waits that methods demand", m.Ended.Sub(m.Began).Round(time.Second/10), m.WaitedS)
	})
}
