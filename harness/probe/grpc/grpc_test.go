package grpc

import (
	"net"
	stdhttp "net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// listing is a frame that lists services.
func listing(names ...string) []byte {
	var list []byte
	for _, n := range names {
		list = protowire.AppendBytes(protowire.AppendTag(list, 1, protowire.BytesType), protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), []byte(n)))
	}
	m := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), []byte("host"))
	m = protowire.AppendBytes(protowire.AppendTag(m, 6, protowire.BytesType), list)
	return append([]byte{0, 0, 0, byte(len(m) >> 8), byte(len(m))}, m...)
}

// serve speaks HTTP/2 alone.
func serve(t *testing.T, tls bool, h stdhttp.HandlerFunc) (*dial.Device, uint16) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	var p stdhttp.Protocols
	p.SetHTTP2(tls)
	p.SetUnencryptedHTTP2(!tls)
	s.Config.Protocols = &p
	if tls {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	at := s.Listener.Addr().(*net.TCPAddr).AddrPort()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real()), at.Port()
}

func TestLists(t *testing.T) {
	for name, c := range map[string]struct {
		tls    bool
		knows  string
		status string
		want   Listed
	}{
		"in clear":        {false, "v1.", "0", Listed{GRPC: true, Services: []string{"cam.Control", "grpc.reflection.v1.ServerReflection"}, Status: "0"}},
		"under TLS":       {true, "v1.", "0", Listed{GRPC: true, Services: []string{"cam.Control", "grpc.reflection.v1.ServerReflection"}, Status: "0"}},
		"the older kind":  {false, "v1alpha.", "0", Listed{GRPC: true, Services: []string{"cam.Control", "grpc.reflection.v1.ServerReflection"}, Status: "0"}},
		"no reflection":   {false, "none", "0", Listed{GRPC: true, Status: "12"}},
		"wants a log-in":  {false, "v1.", "16", Listed{GRPC: true, Status: "16"}},
		"a server of web": {false, "", "", Listed{Why: "it answered, and not in gRPC"}},
	} {
		t.Run(name, func(t *testing.T) {
			on, port := serve(t, c.tls, func(w stdhttp.ResponseWriter, r *stdhttp.Request) {
				switch {
				case c.status == "":
					w.WriteHeader(404)
					return
				case !strings.Contains(r.URL.Path, c.knows):
					w.Header().Set("Grpc-Status", "12")
					w.Header().Set("Content-Type", "application/grpc")
				case c.status != "0":
					w.Header().Set("Grpc-Status", c.status)
					w.Header().Set("Content-Type", "application/grpc")
				default:
					w.Header().Set("Content-Type", "application/grpc+proto")
					w.Header().Set("Trailer", "Grpc-Status")
					w.Write(listing("cam.Control", "grpc.reflection.v1.ServerReflection"))
					w.Header().Set("Grpc-Status", "0")
				}
			})
			l, err := Lists{Port: port, TLS: c.tls}.Ask(t.Context(), on)
			if err != nil || !slices.Equal(l.Services, c.want.Services) || l.GRPC != c.want.GRPC || l.Status != c.want.Status || l.Why != c.want.Why {
				t.Errorf("%v %+v, want %+v", err, l, c.want)
			}
			if l.Asks() != (c.status == "16") {
				t.Errorf("asks: %+v", l)
			}
		})
	}
}

func FuzzServices(f *testing.F) {
	f.Add(listing("a.B", "c.D"))
	f.Add([]byte{0, 0, 0, 0, 3, 0x32, 0xff, 0xff})
	f.Add([]byte{0, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range services(b) {
			if s == "" || len(s) > 3*maxName || strings.ContainsAny(s, "\x1b\r\n\x00") {
				t.Errorf("%q", s)
			}
		}
	})
}
