package udp

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

const inNamespace = "ASSAY_UDP_IN_NAMESPACE"

var noNamespace error // why there is no network namespace of our own

// TestMain runs the tests again in a new network namespace. Where the host forbids that, they run here, on loopback alone.
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv(inNamespace) == "" {
		code, err := runInNamespace()
		if err == nil {
			os.Exit(code)
		}
		noNamespace = err
	} else if lo, err := netlink.LinkByName("lo"); err == nil {
		_ = netlink.LinkSetUp(lo)
		_ = flag.Set("test.parallel", "16") // they wait for answers, and take no processor
	}
	os.Exit(m.Run())
}

func runInNamespace() (int, error) {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("no network namespace: %w", err)
	}
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// peer is a neighbour with a kernel of its own kind: a namespace behind a veth pair, with servers on open.
func peer(t testing.TB, n byte, open map[uint16]answer) netip.Addr {
	t.Helper()
	if noNamespace != nil {
		t.Skipf("needs a network namespace: %v", noNamespace)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := netns.Get()
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	away, err := netns.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { away.Close() })
	back := func() {
		if err := netns.Set(home); err != nil {
			panic(err) // this thread is lost to the tests
		}
	}
	back()
	us := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: fmt.Sprintf("v%d", n)}, PeerName: "dev0", PeerNamespace: netlink.NsFd(int(away))}
	a := netip.AddrFrom4([4]byte{192, 0, 2, n*4 + 2})
	if err := errors.Join(netlink.LinkAdd(us), up(us, fmt.Sprintf("192.0.2.%d/30", n*4+1))); err != nil {
		t.Skipf("needs a veth pair: %v", err)
	}
	t.Cleanup(func() { netlink.LinkDel(us) })
	if err := netns.Set(away); err != nil {
		t.Fatal(err)
	}
	defer back()
	dev, err := netlink.LinkByName("dev0")
	if err == nil {
		err = up(dev, a.String()+"/30")
	}
	if err != nil {
		t.Fatal(err)
	}
	for p, answer := range open {
		serve(t, netip.AddrPortFrom(netip.IPv4Unspecified(), p), answer)
	}
	return a
}

func up(l netlink.Link, cidr string) error {
	a, err := netlink.ParseAddr(cidr)
	if err != nil {
		return err
	}
	return errors.Join(netlink.AddrAdd(l, a), netlink.LinkSetUp(l))
}

// answer is what a server says to a datagram; nil: nothing.
type answer func(request []byte) []byte

// serve answers datagrams to an address until the test is over.
func serve(t testing.TB, at netip.AddrPort, say answer) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		b := make([]byte, 2048)
		for {
			n, from, err := c.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			if out := say(b[:n]); out != nil {
				c.WriteToUDPAddrPort(out, from)
			}
		}
	}()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}
