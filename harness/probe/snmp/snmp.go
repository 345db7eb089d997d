// Package snmp asks SNMP agents: what an agent tells before any credential, and which published communities it takes.
//
// Its one idea is that a community is a password in clear: each is tried after an invented one was, within the budget of wrong tries,
// and only by reading. Nothing is ever written.
//
//	e, err := snmp.Engine{Port: 161}.Ask(ctx, on)
//	c, err := snmp.Communities{Port: 161}.Ask(ctx, on)
//	// c.Taken: [{v2c public}], c.Told["sysDescr"]: "Linux cam 4.9.118 armv7l"
package snmp

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds. Times are real.
const (
	Within  = time.Second            // for an answer
	Least   = 200 * time.Millisecond // for one of an agent that is known to be quick: twenty times what it took
	sends   = 2                      // of each request: datagrams are lost
	maxText = 300                    // characters kept of a value
)

// Engine asks for the engine of SNMPv3, which an agent must tell to anybody (RFC 3414 clause 4).
type Engine struct{ Port uint16 }

// An EngineTold is what it tells.
type EngineTold struct {
	Answered   bool
	ID         string // in hex
	Enterprise uint32 // private enterprise number
	Kind       string // what the rest of the identifier is made of (RFC 3411): IPv4, IPv6, MAC, text, octets, vendor
	Value      string // and that: an address, or text
	Boots      uint32
	Time       uint32 // seconds since the engine's start
}

func (q Engine) String() string { return fmt.Sprintf("which engine SNMP on port %d names", q.Port) }

// Ask asks.
func (q Engine) Ask(ctx context.Context, on *dial.Device) (EngineTold, error) {
	conn, err := on.Dial(ctx, "udp", q.Port)
	if err != nil {
		return EngineTold{}, fmt.Errorf("ask SNMP on port %d: %w", q.Port, err)
	}
	defer conn.Close()
	discovery, _ := hex.DecodeString("303a020103300f02024a69020300ffe30401040201030410300e0400020100020100040004000400" +
		"301204000400a00c020237f00201000201003000")
	b, err := exchange(ctx, conn, discovery, Within, func(b []byte) bool { return decode(conn, gosnmp.Version3, "", b) != nil })
	if err != nil || b == nil {
		return EngineTold{}, err
	}
	on.Evidence("answer", b)
	return engine(decode(conn, gosnmp.Version3, "", b)), nil
}

func engine(p *gosnmp.SnmpPacket) EngineTold {
	u, ok := p.SecurityParameters.(*gosnmp.UsmSecurityParameters)
	if !ok {
		return EngineTold{Answered: true}
	}
	e := EngineTold{Answered: true, Boots: u.AuthoritativeEngineBoots, Time: u.AuthoritativeEngineTime}
	id := []byte(u.AuthoritativeEngineID)
	id = id[:min(len(id), 64)]
	e.ID = hex.EncodeToString(id)
	if len(id) < 5 {
		return e
	}
	number := binary.BigEndian.Uint32(id)
	e.Enterprise = number &^ (1 << 31)
	if number>>31 == 0 {
		e.Kind = "vendor"
		return e
	}
	rest := id[5:]
	e.Kind, e.Value = "octets", hex.EncodeToString(rest)
	switch a, ok := netip.AddrFromSlice(rest); {
	case id[4] == 1 && ok && a.Is4():
		e.Kind, e.Value = "IPv4", a.String()
	case id[4] == 2 && ok && a.Is6():
		e.Kind, e.Value = "IPv6", a.String()
	case id[4] == 3 && len(rest) == 6:
		e.Kind, e.Value = "MAC", net.HardwareAddr(rest).String()
	case id[4] == 4:
		e.Kind, e.Value = "text", clean(string(rest))
	}
	return e
}

// Communities tries published communities by a read of the system group, in versions 2c and 1.
type Communities struct{ Port uint16 }

// published are the communities that the standard's own examples and most makers' manuals name.
var published = []string{"public", "private"}

// A Community is one that was taken, twice.
type Community struct {
	Version string // v1, v2c
	Name    string
}

func (c Community) String() string { return c.Version + " " + c.Name }

// An Access is what came of it.
type Access struct {
	Tried    int // requests with a community of the list, judged or not
	Anybody  bool
	Taken    []Community
	Told     map[string]string // of the system group, by name; texts of at most 300 characters
	Budget   int               // communities left out because their budget of wrong tries is spent
	Unsteady []Community       // taken once of twice
}

// Level is intrusive: a community is a password. SNMP itself knows no lock-out, so that the device stays as it was.
func (Communities) Level() provisions.Level { return provisions.Intrusive }

// Lasting: what an agent takes is set by its owner, and outlives wrong tries. Asked once, the tries are spent once.
func (Communities) Lasting() {}

// Lasting: an engine is named once.
func (Engine) Lasting() {}

func (q Communities) String() string {
	return fmt.Sprintf("try published communities at SNMP on port %d", q.Port)
}

// system are the objects that are read (RFC 3418): what sysContact and sysLocation hold may be personal.
var system = []struct{ oid, name string }{
	{".1.3.6.1.2.1.1.1.0", "sysDescr"}, {".1.3.6.1.2.1.1.4.0", "sysContact"}, {".1.3.6.1.2.1.1.5.0", "sysName"}, {".1.3.6.1.2.1.1.6.0", "sysLocation"},
}

// Ask tries an invented community first: an agent that takes it takes anybody.
func (q Communities) Ask(ctx context.Context, on *dial.Device) (a Access, err error) {
	a.Told = map[string]string{}
	wait, began := Within, time.Now()
	if e, err := Engine(q).Ask(ctx, on); err != nil {
		return a, err
	} else if e.Answered {
		wait = min(max(20*time.Since(began), Least), Within)
	}
	for _, version := range []gosnmp.SnmpVersion{gosnmp.Version2c, gosnmp.Version1} {
		took, err := q.read(ctx, on, wait, version, "assay-nobody", nil)
		if err != nil && !errors.Is(err, dial.ErrBudget) {
			return a, err
		}
		if took {
			a.Anybody = true
		}
	}
	for _, name := range published {
		for _, version := range []gosnmp.SnmpVersion{gosnmp.Version2c, gosnmp.Version1} {
			took, err := q.read(ctx, on, wait, version, name, a.Told)
			switch {
			case errors.Is(err, dial.ErrBudget):
				a.Budget++
				continue
			case err != nil:
				return a, err
			}
			a.Tried++
			if !took {
				continue
			}
			c := Community{"v" + version.String(), name}
			again, err := q.get(ctx, on, wait, version, name, nil)
			if err != nil {
				return a, err
			}
			if again {
				a.Taken = append(a.Taken, c)
			} else {
				a.Unsteady = append(a.Unsteady, c)
			}
		}
	}
	return a, nil
}

// looks is how often a community is tried in a run. A community is no account, and SNMP has no lock-out (RFC 3584, clause 5): what
// bounds it is that a run stays a test and does not become a load.
const looks = 40

// read spends a wrong try and reads.
func (q Communities) read(ctx context.Context, on *dial.Device, wait time.Duration, v gosnmp.SnmpVersion, community string, told map[string]string) (bool, error) {
	account := fmt.Sprintf("snmp:%d %s", q.Port, community)
	on.Declare(account, looks)
	if err := on.Wrong(account); err != nil {
		return false, err
	}
	return q.get(ctx, on, wait, v, community, told)
}

// get reads the system group, and tells whether the agent answered to the community.
func (q Communities) get(ctx context.Context, on *dial.Device, wait time.Duration, v gosnmp.SnmpVersion, community string, told map[string]string) (bool, error) {
	conn, err := on.Dial(ctx, "udp", q.Port)
	if err != nil {
		return false, fmt.Errorf("ask SNMP on port %d: %w", q.Port, err)
	}
	defer conn.Close()
	x := codec(conn, v, community)
	var pdus []gosnmp.SnmpPDU
	for _, s := range system {
		pdus = append(pdus, gosnmp.SnmpPDU{Name: s.oid, Type: gosnmp.Null})
	}
	request, err := x.SnmpEncodePacket(gosnmp.GetRequest, pdus, 0, 0)
	if err != nil {
		return false, fmt.Errorf("ask SNMP on port %d: %w", q.Port, err)
	}
	b, err := exchange(ctx, conn, request, wait, func(b []byte) bool {
		p := decode(conn, v, community, b)
		return p != nil && p.PDUType == gosnmp.GetResponse && p.Community == community
	})
	if err != nil || b == nil {
		return false, err
	}
	on.Evidence("answer to "+community, b)
	p := decode(conn, v, community, b)
	for _, value := range p.Variables {
		for _, s := range system {
			if text, ok := value.Value.([]byte); ok && told != nil && value.Name == s.oid && len(text) > 0 {
				told[s.name] = clean(string(text))
			}
		}
	}
	return true, nil
}

func codec(conn net.Conn, v gosnmp.SnmpVersion, community string) *gosnmp.GoSNMP {
	x := &gosnmp.GoSNMP{Conn: conn, Version: v, Community: community, MaxOids: gosnmp.MaxOids, Transport: "udp"}
	if v == gosnmp.Version3 {
		x.SecurityModel, x.MsgFlags = gosnmp.UserSecurityModel, gosnmp.NoAuthNoPriv
		x.SecurityParameters = &gosnmp.UsmSecurityParameters{UserName: "assay"}
	}
	return x
}

// decode reads an answer; nil where it is none of SNMP. What the decoder chokes on is none either.
func decode(conn net.Conn, v gosnmp.SnmpVersion, community string, b []byte) (p *gosnmp.SnmpPacket) {
	defer func() {
		if recover() != nil {
			p = nil
		}
	}()
	p, err := codec(conn, v, community).SnmpDecodePacket(append([]byte(nil), b...))
	if err != nil || p.Version != v {
		return nil
	}
	return p
}

// exchange sends a request up to twice, waits for each, and returns the first answer that fits; nil where none came, or the port refuses.
func exchange(ctx context.Context, conn net.Conn, request []byte, wait time.Duration, fits func([]byte) bool) ([]byte, error) {
	b := make([]byte, 65535)
	for range sends {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if _, err := conn.Write(request); err != nil {
			if dial.Classify(err) == dial.Refused {
				return nil, nil
			}
			return nil, fmt.Errorf("send to SNMP: %w", err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(wait))
		for range 16 { // answers to something else
			n, err := conn.Read(b)
			if err != nil {
				if o := dial.Classify(err); o == dial.Timeout {
					break
				} else if o == dial.Refused {
					return nil, nil
				}
				return nil, fmt.Errorf("read from SNMP: %w", err)
			}
			if fits(b[:n]) {
				return b[:n], nil
			}
		}
	}
	return nil, nil
}

var unprintable = regexp.MustCompile(`[^ -~]+`)

func clean(s string) string {
	return strings.TrimSpace(unprintable.ReplaceAllString(s[:min(len(s), maxText)], " "))
}
