package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Lock makes sure that one run at a time of this user touches a device. The name is the device's first address, which is
// another device in another network namespace; the lock ends with release, or with the process.
func Lock(name string) (release func(), err error) {
	uid := os.Getuid()
	dir, err := lockDir(os.Getenv("XDG_RUNTIME_DIR"), fmt.Sprintf("/run/user/%d", uid), fmt.Sprintf("/tmp/assay-%d", uid))
	if err != nil {
		return nil, fmt.Errorf("lock the device: %w", err)
	}
	network, _ := os.Readlink("/proc/self/ns/net")
	path := filepath.Join(dir, strings.NewReplacer("/", "_", "%", "_").Replace(name+" "+network))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the device: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("another run has the device %s in hand\n  wait for it, or stop it", name)
	}
	return func() { f.Close() }, nil
}

// lockDir is a directory that this user alone can write: in the session's own where there is one, given as the environment
// or the system names it; else own, in a place where others may have made that name before us.
func lockDir(session, system, own string) (string, error) {
	for _, s := range []string{session, system} {
		if filepath.IsAbs(s) && private(s) == nil {
			dir := filepath.Join(s, "assay")
			return dir, makePrivate(dir)
		}
	}
	return own, makePrivate(own)
}

func makePrivate(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	return private(dir)
}

// private tells why a path is no directory that this user alone can write.
func private(path string) error {
	const next = "remove it, or set XDG_RUNTIME_DIR to a directory of your own with mode 0700"
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	switch {
	case !info.IsDir():
		return fmt.Errorf("%s is no directory\n  %s", path, next)
	case int(owner) != os.Getuid():
		return fmt.Errorf("%s belongs to user %d: whoever owns it could hold or take away locks\n  %s", path, owner, next)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s is open to other users (mode %04o)\n  %s", path, info.Mode().Perm(), next)
	}
	return nil
}
