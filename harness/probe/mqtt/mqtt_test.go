package mqtt

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

func listen(t *testing.T) (net.Listener, *dial.Device, uint16) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	at := netip.MustParseAddrPort(l.Addr().String())
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return l, dial.New("A", door, nil, clock.Real()), at.Port()
}

// serve is a real broker with retained messages. Where anonymous is false, admin/admin alone gets in.
func serve(t *testing.T, anonymous bool, oldest byte, acl auth.Filters, config *tls.Config) (*dial.Device, uint16) {
	t.Helper()
	l, on, port := listen(t)
	if config != nil {
		l = tls.NewListener(l, config)
	}
	can := broker.NewDefaultServerCapabilities()
	can.MinimumProtocolVersion = oldest
	s := broker.New(&broker.Options{InlineClient: true, Capabilities: can, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	rules := &auth.Ledger{Auth: auth.AuthRules{{Username: "admin", Password: "admin", Allow: true}, {Remote: "*", Allow: anonymous}},
		ACL: auth.ACLRules{{Filters: acl}}}
	if err := s.AddHook(new(auth.Hook), &auth.Options{Ledger: rules}); err != nil {
		t.Fatal(err)
	}
	if err := s.AddListener(listeners.NewNet("t", l)); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(); err != nil {
		t.Fatal(err)
	}
	for topic, text := range map[string]string{"home/door": "open", "home/lamp": "off"} {
		if err := s.Publish(topic, []byte(text), true, 0); err != nil {
			t.Fatal(err)
		}
	}
	return on, port
}

var all = auth.Filters{"#": auth.ReadWrite, "$SYS/#": auth.ReadOnly}

func TestWhatIsGivenToAnybody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		anonymous, five bool
		acl             auth.Filters
		want            Offered
	}{
		"everything":              {true, false, all, Offered{Open: true, MQTT: true, Anonymous: true, All: true, System: true, Retained: 2, By: []string{"3.1.1", "5"}}},
		"everything by version 5": {true, true, all, Offered{Open: true, MQTT: true, Anonymous: true, All: true, System: true, Retained: 2, Version5: true, By: []string{"5"}}},
		"nothing":                 {false, false, all, Offered{Open: true, MQTT: true, Code: 5}},
		"nothing by version 5":    {false, true, all, Offered{Open: true, MQTT: true, Code: 0x86, Version5: true}},
		"in, and no more":         {true, false, auth.Filters{"#": auth.Deny}, Offered{Open: true, MQTT: true, Anonymous: true, By: []string{"3.1.1", "5"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			oldest := byte(3)
			if c.five {
				oldest = 5
			}
			on, port := serve(t, c.anonymous, oldest, c.acl, nil)
			got, err := Offers{Port: port}.Ask(t.Context(), on)
			if c.want.Retained > 0 && (!slices.Contains(got.Topics, "home/door") || got.Version != broker.Version || !slices.Contains(got.Said, Message{"home/door", "open"})) {
				t.Errorf("topics %v, version %q", got.Topics, got.Version)
			}
			got.Topics, got.Version = nil, ""
			if err != nil || !equal(got, c.want) {
				t.Errorf("%v\n%+v, want\n%+v", err, got, c.want)
			}
		})
	}
}

func equal(a, b Offered) bool {
	return a.Open == b.Open && a.MQTT == b.MQTT && a.Certificate == b.Certificate && a.Version5 == b.Version5 && a.Anonymous == b.Anonymous &&
		a.Code == b.Code && a.All == b.All && a.System == b.System && a.Retained == b.Retained && slices.Equal(a.By, b.By)
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	for _, oldest := range []byte{3, 5} {
		on, port := serve(t, false, oldest, all, nil)
		for pw, want := range map[string]Outcome{"admin": Accepted, "other": Refused} {
			r, err := TryPassword(t.Context(), on, At{Port: port}, "admin", pw)
			if err != nil || r.Outcome != want || r.Version5 != (oldest == 5) {
				t.Errorf("%q at oldest version %d: %v %+v, want %s", pw, oldest, err, r, want)
			}
		}
	}
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestUnderTLS(t *testing.T) {
	t.Parallel()
	cert := certificate(t)
	on, port := serve(t, true, 3, all, &tls.Config{Certificates: []tls.Certificate{cert}})
	if o, err := (Offers{Port: port, TLS: true}).Ask(t.Context(), on); err != nil || !o.Anonymous || o.Certificate {
		t.Errorf("%v %+v", err, o)
	}
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		on, port := serve(t, true, 3, all, &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: v})
		if o, err := (Offers{Port: port, TLS: true}).Ask(t.Context(), on); err != nil || !o.Open || o.MQTT || !o.Certificate {
			t.Errorf("a certificate is asked for by version %#x: %v %+v", v, err, o)
		}
		if r, err := TryPassword(t.Context(), on, At{port, true}, "admin", "admin"); err != nil || r.Outcome != Unclear || !r.Certificate {
			t.Errorf("a password without the certificate, version %#x: %v %+v", v, err, r)
		}
	}
}

// A broker that guards 3.1.1 alone is open all the same.
func TestOpenByVersion5Alone(t *testing.T) {
	t.Parallel()
	l, on, port := listen(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, 100)
				if n, _ := c.Read(b); n > 8 && b[8] == 5 {
					_, _ = c.Write([]byte("\x20\x03\x00\x00\x00"))
					_, _ = io.Copy(io.Discard, c)
					return
				}
				_, _ = c.Write([]byte("\x20\x02\x00\x05"))
			}()
		}
	}()
	o, err := Offers{Port: port}.Ask(t.Context(), on)
	if err != nil || !o.Anonymous || !o.Version5 || o.Code != 0 || !slices.Equal(o.By, []string{"5"}) {
		t.Errorf("%v %+v", err, o)
	}
}

// raw answers each connection with the same bytes, once something was sent.
func raw(t *testing.T, answer []byte) (*dial.Device, uint16) {
	t.Helper()
	l, on, port := listen(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 100))
				_, _ = c.Write(answer)
			}()
		}
	}()
	return on, port
}

func TestCodes(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]Outcome{
		"\x20\x02\x00\x00": Accepted, "\x20\x02\x00\x04": Refused, "\x20\x02\x00\x05": Refused, "\x20\x02\x00\x03": Limited, "\x20\x02\x00\x02": Unclear,
		"\x20\x03\x00\x89\x00": Limited, "": Unclear, "HTTP/1.1 400 Bad Request\r\n\r\n": Unclear, "\x20\x00": Unclear, "\x20\xff\xff\xff\xff\x7f": Unclear,
	} {
		on, port := raw(t, []byte(answer))
		r, err := TryPassword(t.Context(), on, At{Port: port}, "admin", "admin")
		if err != nil || r.Outcome != want {
			t.Errorf("%q: %v %+v, want %s", answer, err, r, want)
		}
	}
}

func TestAHostileBrokerIsBounded(t *testing.T) {
	t.Parallel()
	flood := bytes.Repeat(frame(0x30, append(text(nil, strings.Repeat("t", 5000)), "x"...)), 5000)
	on, port := raw(t, append([]byte("\x20\x02\x00\x00"), flood...))
	began := time.Now()
	o, err := Offers{Port: port}.Ask(t.Context(), on)
	if err != nil || o.Retained > maxTopics || len(o.Topics) == 0 || len(o.Topics[0]) > 200 || time.Since(began) > 10*time.Second {
		t.Errorf("%v: %d retained after %v", err, o.Retained, time.Since(began))
	}
}

func TestNoBroker(t *testing.T) {
	t.Parallel()
	on, port := raw(t, []byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	if o, err := (Offers{Port: port}).Ask(t.Context(), on); err != nil || !o.Open || o.MQTT || o.Version5 {
		t.Errorf("%v %+v", err, o)
	}
	l, on, port := listen(t)
	l.Close()
	if o, err := (Offers{Port: port}).Ask(t.Context(), on); err != nil || o.Open {
		t.Errorf("a closed port: %v %+v", err, o)
	}
}

func FuzzPacket(f *testing.F) {
	f.Add([]byte("\x20\x02\x00\x05"), byte(4))
	f.Add(frame(0x30, append(text(nil, "$SYS/broker/version"), "mosquitto 2"...)), byte(4))
	f.Add(frame(0x32, append(append(text(nil, "a"), 0, 1, 0), "x"...)), byte(5))
	f.Add([]byte("\x90\x04\x00\x01\x00\x00"), byte(5))
	f.Fuzz(func(t *testing.T, b []byte, level byte) {
		p, err := read(bufio.NewReader(bytes.NewReader(b)))
		if err != nil {
			return
		}
		p.reason()
		p.granted(level)
		if topic, payload, ok := p.message(level); ok && len(topic)+len(payload) > len(p.body) {
			t.Errorf("a message of %d bytes in %d", len(topic)+len(payload), len(p.body))
		}
	})
}
