// Package specimen is the reference device: conformant by default, broken by named faults, odd by named honest variants.
//
// Its one idea is that a test of a device is itself tested by devices: each fault makes exactly the units FAIL that the
// catalogue declares for it, and no honest variant makes any.
//
//	pair, err := specimen.StartPair(ctx, specimen.Options{Addr: netip.MustParseAddr("127.83.0.1"), Clock: clock.NewJump(), Faults: []string{"no-lockout"}})
//	defer pair.Close()
package specimen

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
)

// The device's ports. The first four are its own; the others belong to faults.
const (
	HTTPS     = 8443
	HTTP      = 8080
	SSH       = 2222
	MQTTS     = 8883
	Telnet    = 2323
	API       = 9443
	MQTT      = 1883
	Stranger  = 7777
	RTSP      = 8554 // of an oddity
	Switched  = 5555 // a maintenance port, declared as disabled
	Console   = 4444 // for debugging, by the maker's signature
	Booting   = 7070 // open for half a minute after a start, by a fault
	Discovery = 9999 // over UDP, by a fault
	CoAP      = 5683 // over UDP, by a fault
	SNMP      = 1161 // over UDP, by a fault
	Pairing   = 6000 // open for two minutes when its owner asks for it
	installed = "1.0.0"
)

// Options say what kind of specimen starts, and where.
type Options struct {
	Addr    netip.Addr // its own: of 127.0.0.0/8, or in a namespace; a twin has the next one
	Clock   clock.Clock
	Faults  []string
	Honest  []string
	Name    string        // announced by mDNS and shown on its page
	Dir     string        // where secrets and device file are written
	MDNS    bool          // announce by mDNS on Interface
	Iface   string        // "lo" when empty
	Install time.Duration // what installing an update takes; 5 s when 0
	Lock    time.Duration // how long five wrong passwords lock an account; a minute when 0
	Window  time.Duration // how long a companion may be paired after the owner asked for it, unless one is paired sooner; two minutes when 0
}

// A Device is one unit.
type Device struct {
	Options
	unit   string // A or B
	serial string
	maker  *maker
	has    map[string]bool

	mu       sync.Mutex
	state    string
	version  string
	pending  string // version that is being installed
	settings map[string]string
	data     []entry // user data
	accounts map[string]*account
	tokens   map[string]session
	issued   []string // every secret that it ever gave out
	label    string   // the password printed on it
	code     string   // the code for the set-up, printed on it too
	codes    int      // wrong ones since the start
	before   string   // what the owner before the reset logged in with
	network  string   // key of the owner's wireless network
	boots    int
	given    []string       // challenges of its log-in by digest
	pairing  bool           // the pairing port is open
	pressed  bool           // it was opened before
	counter  int            // of predictable tokens
	away     netip.AddrPort // of a port that is not at its own address
	keys     keys
	nameless atomic.Int32            // requests without the name of a client
	source   string                  // where it looks for updates by night, if it was told
	putOffTo time.Time               // of an update that its owner put off
	found    string                  // the new version that it saw by night
	answered string                  // in the set-up, on automatic updates
	folders  []string                // beside which its flash lies, once device files name it
	unpair   func()                  // closes the pairing port; nil: it was never open
	clashed  atomic.Bool             // another device of the network has its name
	changed  bool                    // the boot loader found software that is not its maker's
	doors    map[uint16]net.Listener // its own services, by port

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	close  []func()
}

type entry struct{ Owner, Text string }

// Name is the name that the unit announces.
func (d *Device) Name() string { return d.Options.Name }

// Addr is its address.
func (d *Device) Addr() netip.Addr { return d.Options.Addr }

// Ports are all that it, or any of its faults, listens on: the scope of a test.
func (d *Device) Ports() []uint16 {
	all := ports()
	if d.describes() { // else a program of this host may be there
		all = append(all, SSDP)
	}
	if d.away.IsValid() {
		all = append(all, d.away.Port())
	}
	return all
}

func ports() []uint16 {
	return []uint16{MQTT, SSH, Telnet, Console, 5353, Switched, Pairing, Stranger, HTTP, RTSP, Booting, HTTPS, MQTTS, API, Discovery, SNMP, CoAP}
}

// Target is how a command line names it.
func (d *Device) Target() string {
	s := d.Options.Addr.String() + ":"
	for i, p := range d.Ports() {
		if i > 0 {
			s += ","
		}
		s += fmt.Sprint(p)
	}
	return s
}

// Units are one or two specimens of one model.
type Units struct{ units []*Device }

// Devices are the units, A first.
func (u *Units) Devices() []*Device { return u.units }

// Close ends them and waits until nothing of them runs.
func (u *Units) Close() {
	for _, d := range u.units {
		d.stop()
	}
}

// Secrets are all that the units hold or ever issued, and the labels' codes: what no record may hold.
func (u *Units) Secrets() (out []string) {
	for _, d := range u.units {
		out = append(out, d.secrets()...)
	}
	return out
}

// StartOne starts one unit.
func StartOne(ctx context.Context, o Options) (*Units, error) { return start(ctx, o, "A") }

// StartPair starts two units of one model: the same maker and firmware, other serial numbers, keys and passwords.
func StartPair(ctx context.Context, o Options) (*Units, error) { return start(ctx, o, "A", "B") }

func start(ctx context.Context, o Options, names ...string) (*Units, error) {
	has, err := known(o)
	if err != nil {
		return nil, err
	}
	if o.Install == 0 {
		o.Install = 5 * time.Second
	}
	if o.Lock == 0 {
		o.Lock = time.Minute
	}
	if o.Window == 0 {
		o.Window = 2 * time.Minute
	}
	if o.Iface == "" {
		o.Iface = "lo"
	}
	if o.Name == "" {
		o.Name = "Assay Specimen"
	}
	base, m, all := o.Name, newMaker(), &Units{}
	m.signs(has)
	for i, unit := range names {
		o.Name = base + " " + unit
		if i > 0 {
			o.Addr = o.Addr.Next()
		}
		d := newDevice(ctx, o, unit, m, has)
		all.units = append(all.units, d)
		if err := d.listen(); err != nil {
			all.Close()
			return nil, fmt.Errorf("start the specimen at %v: %w", o.Addr, err)
		}
		if unit == "A" && d.is("intermittent-pairing-window") { // its owner asked just before the test
			d.mu.Lock()
			err := d.pair()
			d.mu.Unlock()
			if err != nil {
				all.Close()
				return nil, fmt.Errorf("start the specimen at %v: open the pairing port: %w", o.Addr, err)
			}
		}
	}
	return all, nil
}

func newDevice(ctx context.Context, o Options, unit string, m *maker, has map[string]bool) *Device {
	d := &Device{Options: o, unit: unit, maker: m, has: has, version: installed, boots: 1}
	d.ctx, d.cancel = context.WithCancel(context.WithoutCancel(ctx))
	d.serial = m.serial(unit)
	d.label, d.network = d.preset(), random(16)
	d.issued = append(d.issued, d.network)
	d.keys = d.newKeys()
	d.code = d.setUpCode()
	d.factory()
	visitor := "visitor-" + random(8)
	d.issued = append(d.issued, visitor)
	owner := ""
	if d.is("forced-change-default") {
		owner = "owner-" + random(10)
	}
	d.initialise(visitor, owner)
	return d
}

// stop ends all that it runs, and waits.
func (d *Device) stop() {
	d.mu.Lock() // whoever sees it running may still add to what is waited for
	d.cancel()
	d.mu.Unlock()
	for _, c := range slices.Backward(d.close) {
		c()
	}
	d.wg.Wait()
}

// is tells whether a fault or honest variant is on.
func (d *Device) is(name string) bool { return d.has[name] }

// any tells whether one of several is on.
func (d *Device) any(names ...string) bool { return slices.ContainsFunc(names, d.is) }

// Reboot is a power-cycle: what lives in memory alone is lost.
func (d *Device) Reboot() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reboot()
}

func (d *Device) reboot() {
	d.boots++
	d.start()
	d.rename()
	if d.is("update-setting-lost-on-reboot") && d.settings[byItself] == "no" {
		d.settings[byItself] = "yes"
	}
	if d.is("boot-window-listener") && d.ctx.Err() == nil {
		d.ajar(Booting, bootWindow, func() {}) // open still from the start before: it stays so
	}
	d.codes = 0
	if d.is("lockout-lost-on-reboot") {
		for _, a := range d.accounts {
			a.wrong, a.until = 0, time.Time{}
		}
	}
	if d.is("change-lost-on-reboot") {
		d.accounts["admin"].password = d.label
	}
}

func (d *Device) secrets() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := slices.Concat([]string{d.label, d.code}, d.issued, d.keys.private(), d.maker.private())
	for _, a := range d.accounts {
		if len(a.password) >= 10 { // published defaults are no secrets
			out = append(out, a.password)
		}
	}
	return out
}

// writeSecret keeps a secret in a file that only its user may read, and returns the reference for a device file.
func (d *Device) writeSecret(dir, name, value string) (string, error) {
	file := "secret-" + d.unit + "-" + name
	return "file:" + file, os.WriteFile(dir+"/"+file, []byte(value+"\n"), 0o600)
}
