package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Lock makes sure that one run at a time touches a device on this machine. The name is the device's first address;
// the lock ends with release, or with the process.
func Lock(name string) (release func(), err error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("assay-locks-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock the device: %w", err)
	}
	network, _ := os.Readlink("/proc/self/ns/net") // one address is another device in another network namespace
	path := filepath.Join(dir, strings.NewReplacer("/", "_", "%", "_").Replace(name+" "+network))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the device: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("another run has the device %s in hand\n  wait for it, or stop it", name)
	}
	return func() { f.Close() }, nil
}
