package onvif

import (
	"fmt"
	"io"
	"net"
	stdhttp "net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// camera serves functions to anybody, and refuses all others with a fault.
func camera(t *testing.T, open ...string) (*dial.Device, uint16) {
	t.Helper()
	inner := map[string]string{"GetCapabilities": `<Capabilities><Media><XAddr>http://192.0.2.9/onvif/media</XAddr></Media></Capabilities>`,
		"GetDeviceInformation": "<Manufacturer>Acme</Manufacturer><FirmwareVersion>2.4.1\x1b</FirmwareVersion><SerialNumber>4711</SerialNumber>"}
	s := httptest.NewServer(stdhttp.HandlerFunc(func(w stdhttp.ResponseWriter, r *stdhttp.Request) {
		b, _ := io.ReadAll(r.Body)
		for _, name := range open {
			at := devicePath
			if name == "GetProfiles" {
				at = "/onvif/media"
			}
			if strings.Contains(string(b), "<"+name+" ") && r.URL.Path == at {
				fmt.Fprintf(w, `<e:Envelope xmlns:e="e"><e:Body><t:%[1]sResponse xmlns:t="t">%[2]s</t:%[1]sResponse></e:Body></e:Envelope>`, name, strings.ReplaceAll(inner[name], "\x1b", "&#10;"))
				return
			}
		}
		w.WriteHeader(400)
		io.WriteString(w, `<e:Envelope xmlns:e="e"><e:Body><e:Fault><e:Code>NotAuthorized</e:Code></e:Fault></e:Body></e:Envelope>`)
	}))
	t.Cleanup(s.Close)
	at := s.Listener.Addr().(*net.TCPAddr).AddrPort()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real()), at.Port()
}

func TestFunctions(t *testing.T) {
	everybody := []string{"GetSystemDateAndTime", "GetCapabilities"}
	for name, c := range map[string]struct {
		serves, open, asks []string
		onvif              bool
	}{
		"guarded":      {everybody, nil, []string{"GetDeviceInformation", "GetNetworkInterfaces", "GetUsers", "GetProfiles"}, true},
		"open":         {append([]string{"GetDeviceInformation", "GetUsers", "GetProfiles"}, everybody...), []string{"GetDeviceInformation", "GetUsers", "GetProfiles"}, []string{"GetNetworkInterfaces"}, true},
		"another site": {nil, nil, nil, false},
	} {
		on, port := camera(t, c.serves...)
		s, err := Functions{Port: port}.Ask(t.Context(), on)
		if err != nil || s.ONVIF != c.onvif || !slices.Equal(s.Open, c.open) || !slices.Equal(s.Asks, c.asks) {
			t.Errorf("%s: %v %+v", name, err, s)
		}
		if name == "open" && (s.Told["SerialNumber"] != "4711" || s.Told["FirmwareVersion"] != "2.4.1") {
			t.Errorf("%+v", s.Told)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`<e:Envelope xmlns:e="e"><e:Body><a>x</a></e:Body></e:Envelope>`))
	f.Add([]byte(strings.Repeat("<a>", 100)))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, e := range read(b) {
			if len(e.text) > 3*maxText || strings.ContainsAny(e.text, "\x1b\r\n\x00") {
				t.Errorf("%q", e.text)
			}
		}
	})
}
