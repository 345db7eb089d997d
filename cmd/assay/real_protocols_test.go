//go:build real

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
)

// beside is where the script that installs real programs puts those that Debian does not: a path within bin.
func (l *lab) beside(path ...string) string {
	l.t.Helper()
	p, err := filepath.Abs(filepath.Join(append([]string{"..", "..", "bin"}, path...)...))
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

// seen runs the quick effort without a declaration, in which nothing may FAIL by itself; what 5.5-4 saw must say so.
func (l *lab) seen(says string) *harness.Matrix {
	l.t.Helper()
	m, code := l.run(l.addr(0), "--state", "initialised", "--effort", "quick")
	if r := row(m, "5.5-4"); r.Word != harness.NotJudged || !strings.Contains(explain(r), says) {
		l.t.Errorf("not %q: %s", says, explain(r))
	}
	if f := fails(m); len(f) > 0 || code != harness.ExitInconclusive {
		l.t.Errorf("exit %d, %q", code, f)
	}
	return m
}

// A command line for anybody, and one behind a log-in that opens for nobody.
func TestRealTelnet(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "telnet")
		l.write(filepath.Join(dir, "shadow"), "root:"+l.sh("openssl passwd -6 kf93-Lqpz-77tY")+":19000:0:99999:7:::\n")
		l.serve(0, "exec /usr/bin/python3 "+dir+"/inetd.py 23 telnetd -h -E /bin/sh")
		l.serve(0, "for f in passwd group shadow; do mount --bind "+dir+"/$f /etc/$f; done; exec /usr/bin/python3 "+dir+"/inetd.py 2323 telnetd -h")
		l.await(0, 23, 2323)
		l.judged(dir, "telnet on TCP 23 runs commands of anybody")
	})
}

// GDB's server, which other protocols would put out of order: it is found, and twice takes anybody's commands.
func TestRealDebugger(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "debug")
		l.serve(0, "exec gdbserver 0.0.0.0:2345 /bin/sleep 1000")
		l.listens(0, 2345)
		m, _ := l.run(l.addr(0), "--device", filepath.Join(dir, "device.yaml"), "--effort", "quick", "--only", "5.5-4")
		if r := row(m, "5.5-4"); r.Verdict != harness.Fail || !strings.Contains(r.Reason, "gdb on TCP 2345 takes anybody's commands for debugging") {
			t.Error(explain(r))
		}
	})
}

// A broker that is not made of what others are: open, and guarded.
func TestRealBrokerFromNPM(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "aedes")
		l.serve(0, "exec node "+dir+"/broker.js "+l.beside("npm", "node_modules"))
		l.await(0, 1883, 1884)
		m, _ := l.run(l.addr(0), "--device", filepath.Join(dir, "declared.yaml"), "--effort", "quick", "--only", "5.5-4,5.6-1,5.6-2")
		if r := row(m, "5.5-4"); r.Verdict != harness.Fail || !strings.Contains(r.Reason, "mqtt on TCP 1883 lets a client without credentials in and subscribe to everything") || strings.Contains(r.Reason, "1884") {
			t.Error(explain(r))
		}
		if r := row(m, "5.6-2"); r.Verdict != harness.Fail || !strings.Contains(r.Reason, "home/net/ssid") {
			t.Errorf("it retains the name of a network: %s", explain(r))
		}
		for _, f := range fails(m) {
			if !strings.HasPrefix(f, "5.5-4-2a") && !strings.HasPrefix(f, "5.6-2-2a") {
				t.Errorf("%q", f)
			}
		}
		l.seen("mqtt on TCP 1883")
	})
}

// A player that anybody on the network may turn up, as its protocol has it: a person is asked whether that is meant so, and nothing
// is red by itself.
func TestRealRenderer(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "renderer")
		l.serve(0, "ip route add 239.0.0.0/8 dev eth0; exec gmediarender -I eth0 -p 49494 -f 'Acme Radio' --gstout-audiosink=fakesink --gstout-videosink=fakesink")
		l.await(0, 49494)
		m, _ := l.run(l.addr(0), "--device", filepath.Join(dir, "device.yaml"), "--effort", "quick", "--only", "5.5-4,5.6-1")
		const asked = "5.5-4-2a: a person must judge this; proposed: FAIL, ssdp on UDP 1900 lets anybody change what it does: Set"
		if r := row(m, "5.5-4"); r.Verdict != harness.Inconclusive || !strings.Contains(r.Reason, asked) {
			t.Error(explain(r))
		}
		if r := row(m, "5.6-1"); r.Verdict == harness.Fail {
			t.Error(explain(r))
		}
		l.seen(asked)
	})
}

// A file server that insists on TLS, of another make: nothing turns red, also where its row promises confidentiality.
func TestRealFilesUnderTLSOfProftpd(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "tlsftp")
		l.sh("openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=store -keyout " + dir + "/key.pem -out " + dir + "/cert.pem; chmod 600 " + dir + "/key.pem; ln -s " +
			l.beside("debian", "usr", "lib", "proftpd") + " " + dir + "/lib")
		l.write(filepath.Join(dir, "passwd"), "owner:"+l.sh("openssl passwd -6 kf93-Lqpz-77tY")+":0:0::/tmp:/bin/sh\n")
		l.sh("chmod 600 " + dir + "/passwd")
		l.serve(0, "exec "+l.beside("debian", "usr", "sbin", "proftpd")+" -n -c "+dir+"/proftpd.conf")
		l.await(0, 21)
		m, _ := l.run(l.addr(0), "--device", filepath.Join(dir, "device.yaml"), "--effort", "quick", "--only", "5.5-1,5.5-4,5.6-1")
		for _, f := range fails(m) {
			if !strings.HasPrefix(f, "5.5-1-1") && !strings.HasPrefix(f, "5.5-4-1") { // of the declaration, which is not whole
				t.Errorf("%q", f)
			}
		}
		l.seen("")
	})
}

// CoAP over DTLS, under a shared key: less than what one row declares, and what the other does.
func TestRealDTLS(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "coaps")
		for _, port := range []string{"5683", "5699"} { // in clear; DTLS is at the next
			l.serve(0, "exec coap-server-openssl -A "+l.addr(0)+" -p "+port+" -k kf93-Lqpz-77tY")
		}
		m, _ := l.run(l.addr(0), "--device", filepath.Join(dir, "device.yaml"), "--effort", "quick", "--only", "5.5-1")
		r := row(m, "5.5-1")
		if r.Verdict != harness.Fail || !strings.Contains(explain(r), "ComMech-1: dtls on UDP 5684 accepts TLS_PSK_WITH_") {
			t.Error(explain(r))
		}
		if strings.Contains(explain(r), "UDP 5700 accepts") {
			t.Errorf("the one that is declared: %s", explain(r))
		}
	})
}
