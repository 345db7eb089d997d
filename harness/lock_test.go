package harness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLock(t *testing.T) {
	session := t.TempDir()
	os.Chmod(session, 0o700)
	t.Setenv("XDG_RUNTIME_DIR", session)
	release, err := Lock("fe80::1%eth0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock("fe80::1%eth0"); err == nil || !strings.Contains(err.Error(), "another run has the device fe80::1%eth0 in hand") {
		t.Errorf("locked twice: %v", err)
	}
	other, err := Lock("fe80::2%eth0")
	if err != nil {
		t.Fatal(err)
	}
	other()
	release()
	if release, err = Lock("fe80::1%eth0"); err != nil {
		t.Fatalf("not let go: %v", err)
	}
	release()
	if files, _ := filepath.Glob(filepath.Join(session, "assay", "*")); len(files) != 2 {
		t.Errorf("locks are elsewhere: %q", files)
	}
}

// Whoever made the name first in a directory that all share gets no say in our locks.
func TestLockDirOfAnother(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "assay-own")
	for what, c := range map[string]struct {
		make func() error
		want string
	}{
		"file":   {func() error { return os.WriteFile(own, nil, 0o600) }, "is no directory"},
		"link":   {func() error { return os.Symlink(t.TempDir(), own) }, "is no directory"},
		"open":   {func() error { os.Mkdir(own, 0o700); return os.Chmod(own, 0o777) }, "mode 0777"},
		"theirs": {func() error { os.Mkdir(own, 0o700); return os.Chown(own, 65534, -1) }, "belongs to user 65534"},
	} {
		os.RemoveAll(own)
		if err := c.make(); err != nil {
			t.Logf("%s: not tried: %v", what, err)
			continue
		}
		if _, err := lockDir("", dir+"/none", own); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "set XDG_RUNTIME_DIR") {
			t.Errorf("%s: %v", what, err)
		}
	}
	os.RemoveAll(own)
	open := filepath.Join(dir, "open")
	os.Mkdir(open, 0o700)
	os.Chmod(open, 0o755)
	for _, session := range []string{"", "relative", open, dir + "/none"} {
		if got, err := lockDir(session, "", own); got != own || err != nil {
			t.Errorf("session %q: %s, %v", session, got, err)
		}
	}
}
