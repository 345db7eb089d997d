package browser

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// nobody is who the browser runs as where we are root: as root it would leave its sandbox out.
const nobody = 65534

// alone runs a command in a network of its own, in which a listener of ours is all there is.
func alone(ctx context.Context, dir string, serve func(net.Listener), command func(proxy net.Addr) *exec.Cmd) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w: a browser runs the device's programs and is started only where it can be shut off from the network, which needs root", ErrNone)
	}
	if err := os.Chown(dir, nobody, nobody); err != nil {
		return err
	}
	over := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with its network, and with it, by Pdeathsig, the browser
		over <- inside(ctx, serve, command)
	}()
	return <-over
}

// inside does it on a thread of its own.
func inside(ctx context.Context, serve func(net.Listener), command func(net.Addr) *exec.Cmd) error {
	ns, err := netns.New()
	if err != nil {
		return fmt.Errorf("%w: it cannot be shut off from the network: %w", ErrNone, err)
	}
	defer ns.Close()
	lo, err := netlink.LinkByName("lo")
	if err == nil {
		err = netlink.LinkSetUp(lo)
	}
	if err != nil {
		return fmt.Errorf("%w: its own network does not start: %w", ErrNone, err)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("%w: its own network takes no listener: %w", ErrNone, err)
	}
	defer l.Close()
	go serve(l)
	cmd := command(l.Addr())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	err = cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
