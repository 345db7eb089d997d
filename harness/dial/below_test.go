package dial

import (
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

const inNamespace = "ASSAY_DIAL_IN_NAMESPACE"

// TestLifeBelow runs the test of the same name again in a network namespace of its own.
func TestLifeBelow(t *testing.T) {
	if os.Getenv(inNamespace) != "" {
		lifeBelow(t)
		return
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^TestLifeBelow$", "-test.v", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Skipf("needs a network namespace: %v", err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// lifeBelow has a neighbour without one open port, and pulls its plug.
func lifeBelow(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := netns.Get()
	if err != nil {
		t.Fatal(err)
	}
	away, err := netns.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := netns.Set(home); err != nil {
		t.Fatal(err)
	}
	us := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "v0"}, PeerName: "dev0", PeerNamespace: netlink.NsFd(int(away))}
	if err := netlink.LinkAdd(us); err != nil {
		t.Skipf("needs a veth pair: %v", err)
	}
	there, err := netlink.NewHandleAt(away)
	if err != nil {
		t.Fatal(err)
	}
	dev, err := there.LinkByName("dev0")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(up(&netlink.Handle{}, us, "192.0.2.1/24"), up(there, dev, "192.0.2.2/24")); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(5 * time.Second); ; <-time.After(5 * time.Millisecond) { // its carrier takes a moment
		if l, err := netlink.LinkByName("v0"); err != nil || time.Now().After(end) {
			t.Fatalf("the link does not come up: %v", err)
		} else if l.Attrs().OperState == netlink.OperUp {
			break
		}
	}
	o := Options{Quiet: 300 * time.Millisecond, Patience: 5 * time.Second, Clock: jump(func(int) {})}
	at := netip.MustParseAddr("192.0.2.2")
	d, err := o.Door(Scope{Addresses: []netip.Addr{at}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Options{}).Door(Scope{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}); err == nil {
		t.Error("the door opens to this host's own address without ports")
	}
	if said := d.echo(t.Context(), at); said != "answered" {
		t.Errorf("echo: %s", said)
	}
	began := time.Now()
	nudge(at)
	if o := d.touch(t.Context(), netip.AddrPortFrom(at, 443)); o != Refused {
		t.Errorf("its port: %s", o)
	}
	for said := ""; said != "answered"; said = neighbour(at, began) { // the kernel asks within a second
		if time.Since(began) > 5*time.Second {
			t.Fatalf("its link address: %q", said)
		}
		<-time.After(5 * time.Millisecond)
	}
	if err := d.Alive(t.Context()); err != nil {
		t.Errorf("a device without a port: %v", err)
	}
	if n := neighbour(at, time.Now().Add(time.Minute)); n != "" {
		t.Errorf("an old confirmation counts: %q", n)
	}
	if err := there.LinkSetDown(dev); err != nil {
		t.Fatal(err)
	}
	if err := d.Alive(t.Context()); !errors.Is(err, ErrDown) {
		t.Errorf("unplugged: %v", err)
	}
	other, _ := o.Door(Scope{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.99")}})
	if err := other.Alive(t.Context()); !errors.Is(err, ErrDown) || len(other.Downs()) != 0 {
		t.Errorf("nobody was ever there: %v, %v", err, other.Downs())
	}
}

func up(h *netlink.Handle, l netlink.Link, cidr string) error {
	a, err := netlink.ParseAddr(cidr)
	if err != nil {
		return err
	}
	return errors.Join(h.AddrAdd(l, a), h.LinkSetUp(l))
}
