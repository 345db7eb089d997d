//go:build real

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
)

// weak is dropbear with root/admin, lighttpd whose page asks for admin/admin, and avahi that announces both.
func (l *lab) weak(i int, hostKey string) (dir string) {
	l.t.Helper()
	dir = l.lay(i, "weak")
	l.write(filepath.Join(dir, "shadow"), "root:"+l.sh("openssl passwd -6 admin")+":19000:0:99999:7:::\n")
	accounts := "for f in passwd group shadow; do mount --bind " + dir + "/$f /etc/$f; done; "
	l.serve(i, accounts+"exec dropbear -F -E -p 22 -r "+hostKey)
	l.serve(i, "exec lighttpd -D -f "+dir+"/lighttpd.conf")
	l.sh("mkdir " + dir + "/services; mv " + dir + "/camera.service " + dir + "/services")
	l.serve(i, accounts+"mkdir -p /run/avahi-daemon; mount -t tmpfs none /run/avahi-daemon; mount --bind "+dir+"/services /etc/avahi/services; "+
		"exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "+dir+"/avahi.conf")
	l.await(i, 22, 80)
	return dir
}

func (l *lab) hostKey() string {
	l.t.Helper()
	p := filepath.Join(l.dir, "hostkey")
	l.sh("dropbearkey -t ed25519 -f " + p)
	return p
}

// Published passwords at SSH and at a page: contrary evidence that names both, and a question where the state is not known.
func TestRealDefaultPasswords(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		l.weak(0, l.hostKey())
		m, code := l.run("Acme Cam 1", "--iface", "br0", "--state", "initialised", "--effort", "quick")
		if !slices.Contains(m.Identity.Addresses, l.addr(0)) {
			t.Errorf("found by name: %+v", m.Identity)
		}
		r := row(m, "5.1-1")
		if r.Word != harness.Contrary || code != harness.ExitFail {
			t.Errorf("exit %d, %s", code, explain(r))
		}
		for _, want := range []string{"ssh", "root/admin", "http", "admin/admin"} {
			if !strings.Contains(strings.ToLower(r.Reason), want) {
				t.Errorf("5.1-1 does not name %s: %q", want, r.Reason)
			}
		}
		m, code = l.run(l.addr(0), "--state", "unknown", "--effort", "quick")
		asks := slices.ContainsFunc(m.Findings, func(f harness.Finding) bool { return f.Question != "" && strings.HasPrefix(f.Unit, "5.1-1") })
		if f := fails(m); len(f) > 0 || code != harness.ExitInconclusive || !asks {
			t.Errorf("with its state unknown it must not FAIL but ask: exit %d, FAIL %v, findings %+v", code, f, m.Findings)
		}
	})
}

// A broker for anybody, in clear and under TLS: seen, but no claim is judged.
func TestRealBroker(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "broker")
		l.sh("openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=broker -keyout " + dir + "/key.pem -out " + dir + "/cert.pem")
		l.serve(0, "exec mosquitto -c "+dir+"/mosquitto.conf")
		l.await(0, 1883, 8883)
		m, code := l.run(l.addr(0), "--state", "initialised", "--effort", "quick")
		r := row(m, "5.5-4")
		if r.Word != harness.NotJudged || !strings.Contains(r.Reason, "would fail if claimed: mqtt on TCP 1883") {
			t.Error(explain(r))
		}
		if r := row(m, "5.5-1"); !strings.Contains(r.Reason, "mqtt over TLS on TCP 8883") {
			t.Errorf("the one port is known to be in clear, the other under TLS: %s", explain(r))
		}
		if f := fails(m); len(f) > 0 || code != harness.ExitInconclusive {
			t.Errorf("nothing is claimed, and nothing proves itself: exit %d, %v", code, f)
		}
	})
}

// A hardened server has nothing that turns red, and that is not for want of looking.
func TestRealHardenedServer(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "hardened")
		l.sh("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=cam -keyout " + dir + "/key.pem -out " + dir + "/cert.pem")
		l.write(filepath.Join(dir, "htpasswd"), "owner:"+l.sh("openssl passwd -6 kf93-Lqpz-77tY-uneven")+"\n")
		l.sh("ssh-keygen -q -t ed25519 -N '' -f " + dir + "/host")
		l.serve(0, "exec nginx -c "+dir+"/nginx.conf")
		l.serve(0, "mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -f "+dir+"/sshd_config")
		l.await(0, 443, 22)
		m, code := l.run(l.addr(0), "--state", "initialised", "--effort", "quick")
		if f := fails(m); len(f) > 0 || code != harness.ExitInconclusive {
			t.Errorf("exit %d, %v", code, f)
		}
		if r := row(m, "5.5-1"); r.Word != harness.NotJudged || !strings.Contains(r.Reason, "nothing contrary was seen") {
			t.Errorf("TLS and SSH were not judged: %s", explain(r))
		}
		if !slices.ContainsFunc(row(m, "5.1-1").Units, func(u harness.UnitRow) bool { return strings.Contains(strings.Join(u.Notes, " "), "https port 443 /:") }) {
			t.Errorf("its log-in was not tried: %s", explain(row(m, "5.1-1")))
		}
	})
}

// Two units of one image share their host keys, and their factory reset forgets a file.
func TestRealClones(t *testing.T) {
	inLab(t, 2, func(l *lab) {
		key := l.hostKey()
		dir := l.weak(0, key)
		l.weak(1, key)
		l.lay(0, "clones")
		m, code := l.run(l.addr(0), "--twin", l.addr(1), "--device", filepath.Join(dir, "device.yaml"), "--effort", "quick", "--only", "LOST-01,5.11-1")
		if r := row(m, "LOST-01"); r.Verdict != harness.Fail || !strings.Contains(r.Reason, "the same private key at ssh") {
			t.Error(explain(r))
		}
		if r := row(m, "5.11-1"); r.Verdict != harness.Fail || !strings.Contains(r.Reason, "5.11-1-2c: user data of the first owner") || code != harness.ExitFail {
			t.Errorf("exit %d, %s", code, explain(r))
		}
		if _, err := os.Stat(filepath.Join(dir, "www", "data", "settings.txt")); err == nil {
			t.Error("the reset did not run")
		}
	})
}
