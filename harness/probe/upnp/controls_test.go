package upnp

import (
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

const volume = `<scpd><actionList>
<action><name>GetVolume</name><argumentList><argument><name>InstanceID</name><direction>in</direction><relatedStateVariable>I</relatedStateVariable></argument>
<argument><name>Channel</name><direction>in</direction><relatedStateVariable>C</relatedStateVariable></argument>
<argument><name>CurrentVolume</name><direction>out</direction><relatedStateVariable>Volume</relatedStateVariable></argument></argumentList></action>
<action><name>SetVolume</name><argumentList><argument><name>InstanceID</name><direction>in</direction><relatedStateVariable>I</relatedStateVariable></argument>
<argument><name>Channel</name><direction>in</direction><relatedStateVariable>C</relatedStateVariable></argument>
<argument><name>DesiredVolume</name><direction>in</direction><relatedStateVariable>Volume</relatedStateVariable></argument></argumentList></action>
<action><name>GetOther</name></action>
<action><name>SetOther</name><argumentList><argument><name>Other</name><direction>in</direction><relatedStateVariable>Other</relatedStateVariable></argument></argumentList></action>
</actionList></scpd>`

// What was read is written back, and nothing else is; a refusal is told.
func TestControls(t *testing.T) {
	t.Parallel()
	for _, guarded := range []bool{false, true} {
		on, port, wrote := radio(t, guarded)
		c, err := Controls{At: port}.Ask(t.Context(), on)
		want := Pair{Service: "urn:schemas-upnp-org:service:RenderingControl:1", Get: "GetVolume", Set: "SetVolume", Read: 200, Wrote: 200}
		if guarded {
			want.Wrote = 401
		}
		if err != nil || !slices.Equal(c.Pairs, []Pair{want}) {
			t.Errorf("%v %+v, want %+v", err, c, want)
		}
		if len(*wrote) != 1 || !strings.Contains((*wrote)[0], "<InstanceID>0</InstanceID><Channel>Master</Channel><DesiredVolume>4 &amp; 2</DesiredVolume>") {
			t.Errorf("wrote %q", *wrote)
		}
	}
}

func radio(t *testing.T, guarded bool) (*dial.Device, uint16, *[]string) {
	t.Helper()
	wrote := &[]string{}
	mux := stdhttp.NewServeMux()
	mux.HandleFunc("/desc.xml", func(w stdhttp.ResponseWriter, _ *stdhttp.Request) {
		io.WriteString(w, strings.ReplaceAll(description, "\x1b", ""))
	})
	mux.HandleFunc("/scpd.xml", func(w stdhttp.ResponseWriter, _ *stdhttp.Request) { io.WriteString(w, volume) })
	mux.HandleFunc("POST /control", func(w stdhttp.ResponseWriter, r *stdhttp.Request) {
		if strings.HasSuffix(r.Header.Get("SOAPAction"), `#GetVolume"`) {
			io.WriteString(w, `<s:Envelope xmlns:s="s"><s:Body><u:GetVolumeResponse xmlns:u="u"><CurrentVolume>4 &amp; 2</CurrentVolume></u:GetVolumeResponse></s:Body></s:Envelope>`)
			return
		}
		b, _ := io.ReadAll(r.Body)
		*wrote = append(*wrote, string(b))
		if guarded {
			w.WriteHeader(401)
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stdhttp.Server{Handler: mux}
	go s.Serve(l)
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); c.Close() })
	go func() {
		b := make([]byte, 2048)
		for {
			_, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			io.WriteString(writer{c, from}, "HTTP/1.1 200 OK\r\nLOCATION: http://"+l.Addr().String()+"/desc.xml\r\n\r\n")
		}
	}()
	web, port := l.Addr().(*net.TCPAddr).AddrPort().Port(), c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Ports: []uint16{port, web}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real()), port, wrote
}

func FuzzTold(f *testing.F) {
	f.Add([]byte(`<e><Body><r><v>1</v></r></Body></e>`), "v")
	f.Add([]byte(volume), "v")
	f.Fuzz(func(t *testing.T, b []byte, argument string) {
		told(b, argument)
		for _, p := range pairs(parseActions(b)) {
			if !strings.HasPrefix(p.set.Name, "Set") || p.to == "" || !name.MatchString(p.to) {
				t.Errorf("%+v", p)
			}
		}
	})
}
