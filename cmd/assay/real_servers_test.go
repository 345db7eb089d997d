//go:build real

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
)

// judged runs the quick effort twice: with a declaration, in which a server that serves anybody must FAIL 5.5-4 alone, and without
// one, in which nothing is claimed and so nothing may FAIL.
func (l *lab) judged(dir, says string) {
	l.t.Helper()
	m, _ := l.run(l.addr(0), "--device", filepath.Join(dir, "declared.yaml"), "--effort", "quick", "--only", "5.5-4,5.5-5,5.6-1")
	if r := row(m, "5.5-4"); r.Verdict != harness.Fail || !strings.Contains(r.Reason, says) {
		l.t.Error(explain(r))
	}
	for _, f := range fails(m) {
		if !strings.HasPrefix(f, "5.5-4-2a") && !strings.HasPrefix(f, "5.5-5-2b") { // the declaration has no table of mechanisms
			l.t.Errorf("%q", f)
		}
	}
	m, code := l.run(l.addr(0), "--state", "initialised", "--effort", "quick")
	if r := row(m, "5.5-4"); r.Word != harness.NotJudged || !strings.Contains(r.Reason, "would fail if claimed") || !strings.Contains(r.Reason, says) {
		l.t.Error(explain(r))
	}
	if f := fails(m); len(f) > 0 || code != harness.ExitInconclusive {
		l.t.Errorf("exit %d, %q", code, f)
	}
}

// A file server for anybody.
func TestRealAnonymousFiles(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "files")
		l.sh("mkdir /run/empty /run/files; echo inside >/run/files/readme")
		l.serve(0, "exec vsftpd "+dir+"/vsftpd.conf")
		l.await(0, 21)
		l.judged(dir, "ftp on TCP 21 lets anybody in")
	})
}

// A file server for accounts alone, which takes their passwords under TLS alone: nothing turns red.
func TestRealFilesUnderTLS(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "files")
		l.sh("mkdir /run/empty; openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=store -keyout " + dir + "/key.pem -out " + dir + "/cert.pem")
		l.serve(0, "exec vsftpd "+dir+"/closed.conf")
		l.await(0, 2121)
		m, code := l.run(l.addr(0), "--state", "initialised", "--effort", "quick")
		if f := fails(m); len(f) > 0 || code != harness.ExitInconclusive || strings.Contains(explain(row(m, "5.5-4")), "would fail") {
			t.Errorf("exit %d, %q\n%s", code, f, explain(row(m, "5.5-4")))
		}
	})
}

// A store for anybody, and the same with a password.
func TestRealRedis(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "store")
		l.serve(0, "exec redis-server --bind 0.0.0.0 --protected-mode no --save '' --dir "+dir)
		l.serve(0, "exec redis-server --bind 0.0.0.0 --port 6380 --requirepass kf93-Lqpz --save '' --dir "+dir)
		l.await(0, 6379, 6380)
		l.judged(dir, "redis on TCP 6379 answers commands of anybody")
	})
}

// A stream for anybody; and one behind a published password, by basic and by digest.
func TestRealRTSP(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "stream")
		l.serve(0, "exec /usr/bin/python3 "+dir+"/stream.py 8554")
		l.serve(0, "exec /usr/bin/python3 "+dir+"/stream.py 8555 basic")
		l.serve(0, "exec /usr/bin/python3 "+dir+"/stream.py 8556 digest")
		l.await(0, 8554, 8555, 8556)
		m, code := l.run(l.addr(0), "--state", "initialised", "--effort", "quick")
		if r := row(m, "5.5-4"); r.Word != harness.NotJudged || !strings.Contains(r.Reason, "would fail if claimed: rtsp on TCP 8554 describes its streams to anybody: /live (video JPEG)") {
			t.Error(explain(r))
		}
		r := row(m, "5.1-1")
		if r.Word != harness.Contrary || code != harness.ExitFail || !strings.Contains(r.Reason, "rtsp on port 8555") || !strings.Contains(r.Reason, "rtsp on port 8556") || !strings.Contains(r.Reason, "admin/admin") {
			t.Errorf("exit %d, %s", code, explain(r))
		}
		if strings.Contains(explain(row(m, "5.1-3")), "rtsp on port 8556 takes the password in clear") {
			t.Error("a digest sends no password")
		}
	})
}
