//go:build real

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
)

// A lab is two network namespaces joined by a veth pair: the harness's and the device's. Real programs run in the second; nothing of
// them is reachable from this machine's own network.
type lab struct {
	t       *testing.T
	dir     string
	assay   string
	harness string // namespace
	devices []string
}

const runs = "runs"

func newLab(t *testing.T, devices int) *lab {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("real devices need root, or an unprivileged user namespace: unshare -Urn make real")
	}
	l := &lab{t: t, dir: t.TempDir(), assay: filepath.Join(t.TempDir(), "assay"), harness: fmt.Sprintf("assay-h-%d", os.Getpid())}
	l.must("go", "build", "-o", l.assay, ".")
	l.must("ip", "netns", "add", l.harness)
	t.Cleanup(func() { exec.Command("ip", "netns", "del", l.harness).Run() })
	l.in(l.harness, "ip link set lo up; ip link add br0 type bridge; ip link set br0 up; ip addr add 10.83.0.1/24 dev br0")
	for i := range devices {
		ns := fmt.Sprintf("assay-d%d-%d", i, os.Getpid())
		l.must("ip", "netns", "add", ns)
		t.Cleanup(func() { exec.Command("ip", "netns", "del", ns).Run() })
		l.must("ip", "link", "add", fmt.Sprintf("v%d", i), "netns", l.harness, "type", "veth", "peer", "name", "eth0", "netns", ns)
		l.in(l.harness, fmt.Sprintf("ip link set v%d master br0 up", i))
		l.in(ns, fmt.Sprintf("ip link set lo up; ip addr add %s/24 dev eth0; ip link set eth0 up", l.addr(i)))
		l.devices = append(l.devices, ns)
	}
	return l
}

func (l *lab) addr(i int) string { return fmt.Sprintf("10.83.0.%d", 10+i) }

func (l *lab) must(args ...string) string {
	l.t.Helper()
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		l.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (l *lab) in(ns, script string) string {
	l.t.Helper()
	return l.must("ip", "netns", "exec", ns, "sh", "-ec", script)
}

// serve runs a program in a device until the test ends, with its own view of the file system.
func (l *lab) serve(i int, script string) {
	l.t.Helper()
	cmd := exec.Command("ip", "netns", "exec", l.devices[i], "unshare", "-m", "sh", "-ec", script)
	log, _ := os.Create(filepath.Join(l.dir, fmt.Sprintf("log-%d-%d", i, time.Now().UnixNano())))
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
		if b, _ := os.ReadFile(log.Name()); l.t.Failed() && len(b) > 0 {
			l.t.Logf("%.60s: %s", script, b)
		}
	})
}

// awaits that a port of a device answers.
func (l *lab) await(i int, port int) {
	l.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if exec.Command("ip", "netns", "exec", l.harness, "timeout", "1", "bash", "-c", fmt.Sprintf("</dev/tcp/%s/%d", l.addr(i), port)).Run() == nil {
			return
		}
	}
	l.t.Fatalf("port %d of device %d does not answer", port, i)
}

// run tests a device and returns its matrix and the exit code.
func (l *lab) run(args ...string) (*harness.Matrix, int) {
	l.t.Helper()
	out := filepath.Join(l.dir, fmt.Sprint(runs, time.Now().UnixNano()))
	cmd := exec.Command("ip", append([]string{"netns", "exec", l.harness, l.assay, "run", "--out", out, "--hazards", "none", "--effort", "quick"}, args...)...)
	text, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.ExitCode() == harness.ExitTrouble {
		l.t.Fatalf("%v\n%s", err, text)
	}
	files, _ := filepath.Glob(filepath.Join(out, "*", "*", "matrix.json"))
	if len(files) != 1 {
		l.t.Fatalf("matrices: %v\n%s", files, text)
	}
	b, _ := os.ReadFile(files[0])
	var m harness.Matrix
	if err := json.Unmarshal(b, &m); err != nil {
		l.t.Fatal(err)
	}
	l.t.Logf("%s: exit %d, %s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), m.Line)
	return &m, cmd.ProcessState.ExitCode()
}

func row(m *harness.Matrix, id string) harness.Row {
	for _, r := range m.Rows {
		if string(r.Provision) == id {
			return r
		}
	}
	return harness.Row{}
}

// fails lists the units that came out FAIL.
func fails(m *harness.Matrix) (out []string) {
	for _, r := range m.Rows {
		for _, u := range r.Units {
			if u.Verdict == harness.Fail {
				out = append(out, u.Unit+": "+u.Reason)
			}
		}
	}
	return out
}

func (l *lab) write(name, text string) string {
	l.t.Helper()
	p := filepath.Join(l.dir, name)
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return p
}

// weak is dropbear with root/admin, and lighttpd whose page asks for admin/admin.
func (l *lab) weak(i int, hostKey string) {
	l.t.Helper()
	hash := strings.TrimSpace(l.must("openssl", "passwd", "-6", "admin"))
	shadow := l.write(fmt.Sprintf("shadow%d", i), "root:"+hash+":19000:0:99999:7:::\n")
	passwd := l.write(fmt.Sprintf("passwd%d", i), "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\n")
	os.Chmod(passwd, 0o644)
	l.serve(i, fmt.Sprintf("mount --bind %s /etc/shadow; mount --bind %s /etc/passwd; exec dropbear -F -E -p 22 -r %s", shadow, passwd, hostKey))
	www := filepath.Join(l.dir, fmt.Sprintf("www%d", i))
	os.MkdirAll(www, 0o755)
	os.WriteFile(filepath.Join(www, "index.html"), []byte("<h1>inside</h1>"), 0o644)
	users := l.write(fmt.Sprintf("users%d", i), "admin:admin\n")
	conf := l.write(fmt.Sprintf("lighttpd%d.conf", i), fmt.Sprintf(`server.modules = ("mod_auth","mod_authn_file")
server.document-root = %q
server.port = 80
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html", ".txt" => "text/plain")
auth.backend = "plain"
auth.backend.plain.userfile = %q
$HTTP["url"] !~ "^/data" { auth.require = ( "" => ("method" => "basic", "realm" => "camera", "require" => "valid-user") ) }
`, www, users))
	l.serve(i, "exec lighttpd -D -f "+conf)
	l.await(i, 22)
	l.await(i, 80)
}

func (l *lab) hostKey(name string) string {
	p := filepath.Join(l.dir, name)
	l.must("dropbearkey", "-t", "ed25519", "-f", p)
	return p
}

func TestRealDefaultPasswords(t *testing.T) {
	l := newLab(t, 1)
	l.weak(0, l.hostKey("key"))
	m, code := l.run(l.addr(0), "--state", "initialised", "--allow", "disruptive")
	r := row(m, "5.1-1")
	if r.Word != harness.Contrary || code != harness.ExitFail || !strings.Contains(r.Reason, "root/admin") || !strings.Contains(r.Reason, "admin/admin") {
		t.Errorf("5.1-1: %s %s %q, exit %d", r.Verdict, r.Word, r.Reason, code)
	}
	m, code = l.run(l.addr(0), "--allow", "disruptive")
	r = row(m, "5.1-1")
	asks := false
	for _, f := range m.Findings {
		asks = asks || strings.Contains(f.Question, "set-up")
	}
	if r.Verdict == harness.Fail || code == harness.ExitFail || !asks {
		t.Errorf("with its state unknown it must not FAIL but ask: %s %q, exit %d, findings %v", r.Verdict, r.Reason, code, m.Findings)
	}
}

func TestRealBroker(t *testing.T) {
	l := newLab(t, 1)
	key, cert := filepath.Join(l.dir, "key.pem"), filepath.Join(l.dir, "cert.pem")
	l.must("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=broker", "-keyout", key, "-out", cert)
	conf := l.write("mosquitto.conf", fmt.Sprintf("user root\nallow_anonymous true\nlistener 1883\nlistener 8883\ncertfile %s\nkeyfile %s\n", cert, key))
	l.serve(0, "exec mosquitto -c "+conf)
	l.await(0, 1883)
	l.await(0, 8883)
	m, code := l.run(l.addr(0), "--state", "initialised", "--allow", "disruptive")
	r := row(m, "5.5-4")
	if r.Word != harness.NotJudged || !strings.Contains(r.Reason, "would fail if claimed") || !strings.Contains(r.Reason, "1883") || code != harness.ExitInconclusive {
		t.Errorf("5.5-4: %s %s %q, exit %d", r.Verdict, r.Word, r.Reason, code)
	}
	if f := fails(m); len(f) > 0 {
		t.Errorf("nothing is claimed, and nothing proves itself: %v", f)
	}
}

func TestRealHardenedServer(t *testing.T) {
	l := newLab(t, 1)
	key, cert := filepath.Join(l.dir, "key.pem"), filepath.Join(l.dir, "cert.pem")
	l.must("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=cam", "-keyout", key, "-out", cert)
	users := l.write("htpasswd", "owner:"+strings.TrimSpace(l.must("openssl", "passwd", "-6", "kf93-Lqpz-77tY-uneven"))+"\n")
	os.Chmod(users, 0o644)
	os.Chmod(l.dir, 0o755)
	www := filepath.Join(l.dir, "www")
	os.MkdirAll(www, 0o755)
	os.WriteFile(filepath.Join(www, "index.html"), []byte("<h1>inside</h1>"), 0o644)
	conf := l.write("nginx.conf", fmt.Sprintf(`daemon off; user root; worker_processes 1; pid %[1]s/nginx.pid; error_log %[1]s/nginx.err;
events { worker_connections 256; }
http { access_log off; server_tokens off; limit_req_zone $binary_remote_addr zone=a:1m rate=20r/s;
 server { listen 443 ssl; ssl_certificate %[2]s; ssl_certificate_key %[3]s; ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;
  root %[4]s; location / { limit_req zone=a burst=10 nodelay; auth_basic "cam"; auth_basic_user_file %[5]s; } } }`, l.dir, cert, key, www, users))
	l.serve(0, "exec nginx -c "+conf)
	host := filepath.Join(l.dir, "host")
	l.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host)
	l.serve(0, fmt.Sprintf("mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -f /dev/null -h %s -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no -o PidFile=%s/sshd.pid -o Port=22", host, l.dir))
	l.await(0, 443)
	l.await(0, 22)
	m, code := l.run(l.addr(0), "--state", "initialised", "--allow", "disruptive")
	if f := fails(m); len(f) > 0 || code != harness.ExitInconclusive {
		t.Errorf("a hardened server: exit %d, FAIL %v", code, f)
	}
}

func TestRealClones(t *testing.T) {
	l := newLab(t, 2)
	key := l.hostKey("shared-key")
	for i := range 2 {
		l.weak(i, key)
	}
	www := filepath.Join(l.dir, "www0", "data")
	os.MkdirAll(www, 0o755)
	l.write("pw", "admin\n")
	l.write("reset.sh", "#!/bin/sh\n# forgets one file\nrm -f "+www+"/settings.txt\necho 'all user data deleted'\n")
	l.write("create.sh", "#!/bin/sh\necho \"$ASSAY_CANARY\" > "+www+"/clip.txt\n")
	file := l.write("device.yaml", fmt.Sprintf(`device: {manufacturer: Acme, model: Cam}
edition: V2.1
state: initialised
hazards: [none]
authorised: {by: the test, right: owner}
ics: {default: Y}
samples:
  a: {logins: {owner: {user: admin, password: "file:pw"}}}
  b: {logins: {owner: {user: admin, password: "file:pw"}}}
ixit:
  21-PersData:
    - {ID: PersData-1, Description: clips, stored: [device]}
  25-DelFunc:
    - {ID: DelFunc-1, Description: reset, Target Type: device, operation: factory-reset, covers: [PersData-1]}
operations:
  login: {steps: [{http: {url: "http://{address}/", login: owner}}]}
  create-user-data: {steps: [{exec: [/bin/sh, %[1]s/create.sh]}]}
  read-user-data: {steps: [{http: {url: "http://{address}/data/clip.txt"}}]}
  factory-reset: {steps: [{exec: [/bin/sh, %[1]s/reset.sh]}]}
  initialise: {steps: [{exec: [/bin/true]}]}
`, l.dir))
	m, _ := l.run(l.addr(0), "--twin", l.addr(1), "--device", file, "--allow", "disruptive", "--effort", "normal", "--only", "LOST-01")
	if r := row(m, "LOST-01"); r.Verdict != harness.Fail || !strings.Contains(r.Reason, "key") {
		t.Errorf("LOST-01: %s %q", r.Verdict, r.Reason)
	}
}
