package tcp

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

const inNamespace = "ASSAY_TCP_IN_NAMESPACE"

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

// peer is a neighbour with a kernel of its own kind: a namespace behind a veth pair, with listeners on open.
func peer(t testing.TB, n byte, open ...uint16) netip.Addr {
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
	for _, p := range open {
		l, err := net.Listen("tcp4", fmt.Sprintf(":%d", p))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Close()
			}
		}()
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

// A stack is a device whose TCP is written here, behind a TUN interface: it can drop, falter and die.
type stack struct {
	addr netip.Addr
	mu   sync.Mutex
	// answer says what a SYN to a port gets: 'a' accepts, 'r' refuses, anything else nothing.
	answer func(port uint16) byte
	syns   int
}

var tuns struct {
	sync.Mutex
	n byte
}

// newStack starts one. answer is called for one SYN after the other.
func newStack(t testing.TB, answer func(port uint16) byte) *stack {
	t.Helper()
	if noNamespace != nil {
		t.Skipf("needs a network namespace: %v", noNamespace)
	}
	tuns.Lock()
	tuns.n++
	n := tuns.n
	tuns.Unlock()
	tun := &netlink.Tuntap{LinkAttrs: netlink.LinkAttrs{Name: fmt.Sprintf("t%d", n), TxQLen: 10000}, Mode: netlink.TUNTAP_MODE_TUN,
		Flags: netlink.TUNTAP_NO_PI, Queues: 1, NonPersist: true}
	if err := netlink.LinkAdd(tun); err != nil {
		t.Skipf("needs a TUN interface: %v", err)
	}
	if err := up(tun, fmt.Sprintf("198.51.100.%d/30", n*4+1)); err != nil {
		t.Fatal(err)
	}
	s := &stack{addr: netip.AddrFrom4([4]byte{198, 51, 100, n*4 + 2}), answer: answer}
	f := tun.Fds[0]
	t.Cleanup(func() { f.Close() })
	go s.serve(f)
	return s
}

func (s *stack) serve(f *os.File) {
	b := make([]byte, 2048)
	for {
		n, err := f.Read(b)
		if err != nil {
			return
		}
		if p := b[:n]; n >= 40 && p[0] == 0x45 && p[9] == syscall.IPPROTO_TCP {
			if reply := s.reply(p); reply != nil {
				f.Write(reply)
			}
		}
	}
}

// reply answers a SYN, and a FIN so that our side can close; all else is swallowed.
func (s *stack) reply(p []byte) []byte {
	const fin, syn, rst, ack = 1, 2, 4, 16
	tcp := p[20:]
	flags, seq := tcp[13], binary.BigEndian.Uint32(tcp[4:])
	var out byte
	switch {
	case flags&rst != 0:
		return nil
	case flags&fin != 0:
		out = rst | ack
	case flags&(syn|ack) == syn:
		s.mu.Lock()
		s.syns++
		a := s.answer(binary.BigEndian.Uint16(tcp[2:]))
		s.mu.Unlock()
		if out = map[byte]byte{'a': syn | ack, 'r': rst | ack}[a]; out == 0 {
			return nil
		}
	default:
		return nil
	}
	r := make([]byte, 40)
	r[0], r[3], r[8], r[9] = 0x45, 40, 64, syscall.IPPROTO_TCP
	copy(r[12:16], p[16:20])
	copy(r[16:20], p[12:16])
	copy(r[20:22], tcp[2:4])
	copy(r[22:24], tcp[0:2])
	if out&syn == 0 { // a reset's number is what we acknowledged
		copy(r[24:28], tcp[8:12])
	}
	binary.BigEndian.PutUint32(r[28:], seq+1)
	r[32], r[33] = 0x50, out
	binary.BigEndian.PutUint16(r[34:], 65535)
	binary.BigEndian.PutUint16(r[10:], sum(r[:20], 0))
	binary.BigEndian.PutUint16(r[36:], sum(r[20:], sumOf(r[12:20])+syscall.IPPROTO_TCP+20))
	return r
}

func sumOf(b []byte) (n uint32) {
	for i := 0; i+1 < len(b); i += 2 {
		n += uint32(b[i])<<8 | uint32(b[i+1])
	}
	return n
}

// sum is the Internet checksum (RFC 1071).
func sum(b []byte, n uint32) uint16 {
	for n += sumOf(b); n > 0xffff; {
		n = n>>16 + n&0xffff
	}
	return ^uint16(n)
}
