package discovery

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// inNamespace marks the test process that has a network namespace of its own.
const inNamespace = "ASSAY_DISCOVERY_IN_NAMESPACE"

// TestMain runs the tests again in a new network namespace, so that nobody else is heard and nothing leaves this
// machine. Where the host forbids that, it runs them here: on loopback alone.
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv(inNamespace) == "" && flag.Lookup("test.fuzz").Value.String() == "" && flag.Lookup("test.fuzzworker").Value.String() == "false" {
		code, err := runInNamespace()
		if err == nil {
			os.Exit(code)
		}
		noNamespace = err
	} else if os.Getenv(inNamespace) == "" {
		noNamespace = errors.New("fuzzing")
	}
	_ = flag.Set("test.parallel", "10") // they wait for answers, and take no processor
	os.Exit(m.Run())
}

var noNamespace error // why there is no namespace of our own

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

// loopback names the loopback interface, brought up.
func loopback(t testing.TB) string {
	t.Helper()
	if noNamespace == nil {
		lo, err := netlink.LinkByName("lo")
		if err != nil {
			t.Fatal(err)
		}
		if err := netlink.LinkSetUp(lo); err != nil {
			t.Fatal(err)
		}
	}
	return "lo"
}

// A bridge is a small network: this process is 192.0.2.1 on it, devices stand in namespaces of their own.
const bridge = "br0"

var bridgeUp = sync.OnceValue(func() error {
	quickIPv6()
	off := false
	br := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: bridge, HardwareAddr: mac(1)}, MulticastSnooping: &off}
	if err := netlink.LinkAdd(br); err != nil {
		return fmt.Errorf("adding the bridge: %w", err)
	}
	return address(br, "192.0.2.1/24", "fd00:db8::1/64")
})

func mac(n byte) net.HardwareAddr { return net.HardwareAddr{0x02, 0, 0x5e, 0x10, 0, n} }

// quickIPv6 lets the interfaces made next in this thread's namespace have their link-local address at once.
func quickIPv6() {
	for _, f := range []string{"default", "all"} {
		_ = os.WriteFile("/proc/sys/net/ipv6/conf/"+f+"/accept_dad", []byte("0"), 0o644)
	}
}

func address(l netlink.Link, cidrs ...string) error {
	for _, c := range cidrs {
		a, err := netlink.ParseAddr(c)
		if err != nil {
			return err
		}
		a.Flags = syscall.IFA_F_NODAD
		if err := netlink.AddrAdd(l, a); err != nil {
			return fmt.Errorf("adding %s: %w", c, err)
		}
	}
	return netlink.LinkSetUp(l)
}

// plug puts a device on the bridge: link address 02:00:5e:10:00:n in a namespace of its own, in which inside runs.
// Sockets that inside opens stay there.
func plug(t *testing.T, n byte, cidrs []string, inside func(iface *net.Interface)) {
	t.Helper()
	if noNamespace != nil {
		t.Skipf("needs a network namespace: %v", noNamespace)
	}
	if err := bridgeUp(); err != nil {
		t.Skipf("needs a bridge: %v", err)
	}
	runtime.LockOSThread() // the test's thread ends with it, where it can not come back
	home, err := netns.Get()
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	name := fmt.Sprintf("d%d", n)
	away, err := netns.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { away.Close() }) // it lives as long as something holds it
	quickIPv6()
	if err := netns.Set(home); err != nil {
		t.Fatal(err)
	}
	br, err := netlink.LinkByName(bridge)
	if err != nil {
		t.Fatal(err)
	}
	veth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name, MasterIndex: br.Attrs().Index}, PeerName: "dev0",
		PeerHardwareAddr: mac(n), PeerNamespace: netlink.NsFd(int(away))}
	if err := errors.Join(netlink.LinkAdd(veth), netlink.LinkSetUp(veth)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = netlink.LinkDel(veth) })
	if err := netns.Set(away); err != nil {
		t.Fatal(err)
	}
	dev, err := netlink.LinkByName("dev0")
	if err == nil {
		err = address(dev, cidrs...)
	}
	if err == nil {
		awaitIPv6(t)
		var iface *net.Interface
		if iface, err = net.InterfaceByName("dev0"); err == nil {
			inside(iface)
		}
	}
	if back := netns.Set(home); back != nil {
		t.Fatal(back)
	}
	runtime.UnlockOSThread()
	if err != nil {
		t.Fatal(err)
	}
}

// awaitIPv6 waits until dev0 has its link-local address: the kernel gives it some time after the link is up.
func awaitIPv6(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Second); ; runtime.Gosched() {
		if known, _ := os.ReadFile("/proc/thread-self/net/if_inet6"); strings.Contains(string(known), "fe80") {
			return
		}
		if time.Now().After(deadline) {
			t.Skip("needs IPv6")
		}
	}
}
