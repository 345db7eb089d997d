package upnp

import (
	"fmt"
	"io"
	"net"
	stdhttp "net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

const description = `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><friendlyName>Kitchen` + "\x1b" + `</friendlyName>
<modelName>Radio</modelName><serialNumber>4711</serialNumber><UDN>uuid:1</UDN><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:RenderingControl:1</serviceType><SCPDURL>/scpd.xml</SCPDURL><controlURL>/control</controlURL></service>
<service><serviceType>urn:x</serviceType><SCPDURL>http://192.0.2.9/scpd.xml</SCPDURL><controlURL>/c</controlURL></service></serviceList></device></root>`

const scpd = `<scpd xmlns="urn:schemas-upnp-org:service-1-0"><actionList><action><name>SetVolume</name><argumentList><argument><name>v</name><direction>in</direction></argument></argumentList></action>
<action><name>GetVolume</name><argumentList><argument><name>v</name><direction>out</direction></argument></argumentList></action><action><name>&lt;x</name></action></actionList></scpd>`

// renderer is a device whose SSDP answers from another port, and also points to a neighbour.
func renderer(t *testing.T, document string) (on *dial.Device, port uint16, called *[]string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called = &[]string{}
	mux := stdhttp.NewServeMux()
	mux.HandleFunc("/desc.xml", func(w stdhttp.ResponseWriter, _ *stdhttp.Request) { io.WriteString(w, document) })
	mux.HandleFunc("/scpd.xml", func(w stdhttp.ResponseWriter, _ *stdhttp.Request) { io.WriteString(w, scpd) })
	mux.HandleFunc("POST /control", func(w stdhttp.ResponseWriter, r *stdhttp.Request) {
		*called = append(*called, r.Header.Get("SOAPAction"))
	})
	s := &stdhttp.Server{Handler: mux}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); o.Close() })
	go func() {
		b := make([]byte, 2048)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			if strings.HasPrefix(string(b[:n]), "M-SEARCH") {
				for _, at := range []string{l.Addr().String(), "192.0.2.9:80"} {
					fmt.Fprintf(writer{o, from}, "HTTP/1.1 200 OK\r\nSERVER: Linux/4.9 UPnP/1.0 x/1.2.3\r\nLOCATION: http://%s/desc.xml\r\nST: upnp:rootdevice\r\n\r\n", at)
				}
			}
		}
	}()
	web, port := l.Addr().(*net.TCPAddr).AddrPort().Port(), c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Ports: []uint16{port, web}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real()), port, called
}

type writer struct {
	net.PacketConn
	to net.Addr
}

func (w writer) Write(b []byte) (int, error) { return w.WriteTo(b, w.to) }

func TestDescribed(t *testing.T) {
	t.Parallel()
	on, port, called := renderer(t, strings.ReplaceAll(description, "\x1b", "&#9;"))
	f, err := Described{At: port}.Ask(t.Context(), on)
	if err != nil || !f.Answered || f.Server != "Linux/4.9 UPnP/1.0 x/1.2.3" || !slices.Equal(f.Elsewhere, []string{"http://192.0.2.9:80/desc.xml"}) || len(f.Devices) != 1 {
		t.Fatalf("%+v, %v", f, err)
	}
	d := f.Devices[0]
	if d.Friendly != "Kitchen" || d.Model != "Radio" || d.Serial != "4711" || len(d.Services) != 2 || len(d.Services[1].Actions) != 0 {
		t.Fatalf("%+v", d)
	}
	if s := d.Services[0]; !slices.Equal(s.Actions, []string{"SetVolume", "GetVolume"}) || s.Called != "GetVolume" || s.Status != 200 {
		t.Errorf("%+v", s)
	}
	if want := `"urn:schemas-upnp-org:service:RenderingControl:1#GetVolume"`; !slices.Equal(*called, []string{want}) {
		t.Errorf("called %q: nothing but a read may be", *called)
	}
}

func TestNoDescription(t *testing.T) {
	t.Parallel()
	on, port, called := renderer(t, strings.Repeat("<a>", 5000))
	f, err := Described{At: port}.Ask(t.Context(), on)
	if err != nil || len(f.Devices) != 1 || len(f.Devices[0].Services) != 0 || len(*called) != 0 {
		t.Errorf("%+v, %v", f, err)
	}
}

func FuzzDescription(f *testing.F) {
	f.Add([]byte(description))
	f.Add([]byte(scpd))
	f.Add([]byte("HTTP/1.1 200 OK\r\nLOCATION: http://127.0.0.1/\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		headers(b)
		if r, ok := parseDevice(b); ok && len(r.Device.all(maxServices)) > maxServices {
			t.Error("too many services")
		}
		for _, a := range parseActions(b) {
			if !name.MatchString(a.Name) {
				t.Errorf("%q", a.Name)
			}
		}
	})
}
