package discovery

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// answerer is a device that answers each datagram of a protocol from one loopback address with what reply gives.
func answerer(t *testing.T, p *protocol, from string, reply func(question []byte) []string) {
	t.Helper()
	l := newLink(*lo(t))
	group, err := l.socket(p, false, false)
	if err != nil {
		t.Fatal(err)
	}
	out, err := net.ListenUDP("udp4", &net.UDPAddr{IP: netip.MustParseAddr(from).AsSlice()})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, maxDatagram)
		for {
			n, to, err := group.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			for _, m := range reply(buf[:n]) {
				_, _ = out.WriteToUDPAddrPort([]byte(m), to)
			}
		}
	}()
	t.Cleanup(func() { group.Close(); out.Close(); <-done })
}

// upnp answers searches from an address with that location.
func upnp(t *testing.T, from, location string) {
	answerer(t, ssdp, from, func(q []byte) []string {
		if !bytes.HasPrefix(q, []byte("M-SEARCH ")) {
			return nil
		}
		return []string{
			"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:4d-" + from + "::upnp:rootdevice\r\nLOCATION: " + location + "\r\nSERVER: x UPnP/1.0 y\r\n\r\n",
			"HTTP/1.1 200 OK\r\nst: urn:schemas-upnp-org:device:Basic:1\r\nUsn: uuid:4d-" + from + "::urn:schemas-upnp-org:device:Basic:1\r\nLocation: " + location + "\r\n\r\n",
		}
	})
}

const cameraXML = `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><friendlyName>Porch Cam</friendlyName>
<manufacturer>Acme</manufacturer><modelName>C</modelName><modelNumber>7</modelNumber><serialNumber>123</serialNumber><UDN>uuid:4d</UDN></device></root>`

// web serves a handler at an address of loopback and counts the requests.
func web(t *testing.T, at string, h http.HandlerFunc) (url string, port uint16, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { requests.Add(1); h(w, r) }))
	ln, err := net.Listen("tcp", at+":0")
	if err != nil {
		t.Fatal(err)
	}
	s.Listener.Close()
	s.Listener = ln
	s.Start()
	t.Cleanup(s.Close)
	return s.URL, netip.MustParseAddrPort(ln.Addr().String()).Port(), requests
}

func TestReadsTheDescriptionOfASpeaker(t *testing.T) {
	t.Parallel()
	url, port, _ := web(t, "127.83.4.1", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, cameraXML) })
	upnp(t, "127.83.4.1", url+"/d.xml")
	d := find(t, "lo", "127.83.4.1", Options{}, named("Porch Cam"))
	if d.Name != "Porch Cam" || d.Vendor != "Acme" || d.Model != "C 7" || !d.HasSerial || d.UUID != "4d-127.83.4.1" || len(d.Claims) != 0 {
		t.Errorf("device is %+v", d)
	}
	want := Service{Type: "urn:schemas-upnp-org:device:Basic:1", Instance: "Porch Cam", Port: port, Source: "ssdp", Addrs: []netip.Addr{netip.MustParseAddr("127.83.4.1")}}
	if len(d.Services) != 1 || fmt.Sprint(d.Services[0]) != fmt.Sprint(want) {
		t.Errorf("services are %+v, want %+v", d.Services, want)
	}
}

func TestADescriptionElsewhereIsNotFetched(t *testing.T) {
	t.Parallel()
	url, _, requests := web(t, "127.83.4.9", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, cameraXML) })
	own, _, _ := web(t, "127.83.4.3", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, url, http.StatusFound) })
	upnp(t, "127.83.4.2", url)
	upnp(t, "127.83.4.3", own)
	upnp(t, "127.83.4.4", "http://user:pw@127.83.4.9/")
	upnp(t, "127.83.4.5", "http://localhost:80/")
	upnp(t, "127.83.4.6", "file:///etc/passwd")
	d := find(t, "lo", "127.83.4.2", Options{}, func(d Device) bool { return len(d.Services) > 0 })
	if fmt.Sprint(d.Claims) != "[127.83.4.9]" || d.Vendor != "" || d.Services[0].Port != 0 {
		t.Errorf("device is %+v", d)
	}
	if n := requests.Load(); n != 0 {
		t.Errorf("the neighbour got %d requests", n)
	}
}

func TestAHostileDescriptionIsLeftOut(t *testing.T) {
	t.Parallel()
	for n, h := range []http.HandlerFunc{
		func(w http.ResponseWriter, r *http.Request) { // without end
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte("<a>"), 1000)); err != nil {
					return
				}
			}
		},
		func(w http.ResponseWriter, r *http.Request) { // dripping
			for r.Context().Err() == nil {
				fmt.Fprint(w, " ")
				w.(http.Flusher).Flush()
				<-time.After(20 * time.Millisecond)
			}
		},
		func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><root><device><friendlyName>&b;</friendlyName></device></root>`)
		},
	} {
		from := fmt.Sprintf("127.83.5.%d", n+1)
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			url, _, _ := web(t, from, h)
			upnp(t, from, url)
			began := time.Now()
			if d := find(t, "lo", from, Options{For: 2 * time.Second}, func(Device) bool { return false }); d.Name != from || time.Since(began) > 4*time.Second {
				t.Errorf("after %v device is %+v", time.Since(began), d)
			}
		})
	}
}

func TestHearsNotifyAndByebye(t *testing.T) {
	t.Parallel()
	const notify = "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: urn:x:device:Lamp:1\r\nNTS: ssdp:%s\r\nUSN: uuid:lamp::urn:x:device:Lamp:1\r\n\r\n"
	answerer(t, ssdp, "127.83.4.7", func(q []byte) []string { return []string{fmt.Sprintf(notify, "alive")} })
	answerer(t, ssdp, "127.83.4.8", func(q []byte) []string { return []string{fmt.Sprintf(notify, "alive"), fmt.Sprintf(notify, "byebye")} })
	if d := find(t, "lo", "127.83.4.7", Options{}, anyhow); d.Gone || len(d.Services) != 1 || d.UUID != "lamp" {
		t.Errorf("device is %+v", d)
	}
	if d := find(t, "lo", "127.83.4.8", Options{}, func(d Device) bool { return d.Gone }); !d.Gone || len(d.Services) != 0 {
		t.Errorf("device that left is %+v", d)
	}
}

const probeMatch = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="x" xmlns:d="y"><s:Body><d:ProbeMatches><d:ProbeMatch>
<a:EndpointReference><a:Address>urn:uuid:77-88</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>
<d:Scopes>onvif://www.onvif.org/name/Yard%20Cam onvif://www.onvif.org/hardware/Y2 onvif://www.onvif.org/type/ptz</d:Scopes>
<d:XAddrs>http://127.83.6.9/onvif http://127.83.6.1:8080/onvif</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`

func TestFindsByWSDiscovery(t *testing.T) {
	t.Parallel()
	answerer(t, wsd, "127.83.6.1", func(q []byte) []string {
		if !bytes.Contains(q, []byte("Probe/>")) {
			return nil
		}
		return []string{probeMatch}
	})
	d := find(t, "lo", "127.83.6.1", Options{}, named("Yard Cam"))
	if d.Name != "Yard Cam" || d.Model != "Y2" || d.UUID != "77-88" || fmt.Sprint(d.Claims) != "[127.83.6.9]" || len(d.Services) != 2 {
		t.Fatalf("device is %+v", d)
	}
	if s := d.Services[1]; s.Type != "NetworkVideoTransmitter" || s.Port != 8080 || s.Source != "wsd" {
		t.Errorf("service is %+v", s)
	}
}

func TestSSDPTakesNoQuestionForAnAnswer(t *testing.T) {
	t.Parallel()
	if m, ok := parseSSDP(mSearch); ok {
		t.Errorf("read %+v", m)
	}
	if matches, err := parseWSD(newProbe()); err != nil || len(matches) != 0 {
		t.Errorf("read %+v, %v", matches, err)
	}
}

func TestDescriptionInLatin1(t *testing.T) {
	t.Parallel()
	d, err := parseDescription([]byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><root><device><friendlyName>K\xfcche</friendlyName></device></root>"))
	if err != nil || d.name != "Küche" {
		t.Errorf("read %+v, %v", d, err)
	}
}

// Answers given before a change may come after it, by another socket; the change back comes later.
func TestLateAnswersChangeNothing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	st := newStation(netip.MustParseAddr("127.83.7.2"), newLink(*lo(t)), false, now)
	hear := func(after time.Duration, rr string) (changes []change) {
		records, err := parseMDNS(pack(t, rr))
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(after)
		for _, r := range records {
			changes = append(changes, st.hear(r, now)...)
		}
		return changes
	}
	const ptr, bye = "_x._tcp.local. 120 IN PTR a._x._tcp.local.", "_x._tcp.local. 0 IN PTR a._x._tcp.local."
	const one, two = `a._x._tcp.local. 120 IN TXT "v=1"`, `a._x._tcp.local. 120 IN TXT "v=2"`
	for n, step := range []struct {
		after time.Duration
		rr    string
		kind  string
		live  bool
	}{
		{0, ptr, "", true}, {0, one, "", true}, {0, one, "", true}, {0, two, Updated, true},
		{inFlight / 2, one, "", true}, {time.Second, ptr, "", true}, {0, one, Updated, true},
		{time.Second, bye, Gone, false}, {0, bye, "", false}, {inFlight / 2, ptr, "", false}, {time.Second, ptr, "", true},
		{time.Second, bye, Gone, false},
	} {
		changes := hear(step.after, step.rr)
		if kind := fmt.Sprint(changes); len(changes) > 1 || len(changes) == 1 && changes[0].kind != step.kind || len(changes) == 0 && step.kind != "" || st.live() != step.live {
			t.Errorf("step %d: changes %s, live %v, want %q, %v", n, kind, st.live(), step.kind, step.live)
		}
	}
	hear(time.Second, ptr)
	if c := st.expire(now.Add(shortest)); len(c) != 0 || !st.live() {
		t.Error("expired too early")
	}
	if c := st.expire(now.Add(shortest + time.Second)); len(c) != 1 || c[0].kind != Gone || st.live() {
		t.Errorf("did not expire: %v", c)
	}
}

func TestAStationIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newSearch(t.Context(), Options{}, nil)
	l := newLink(*lo(t))
	st := s.station(netip.MustParseAddr("127.83.7.1"), l, now)
	for n := range 2000 {
		records, _ := parseMDNS(pack(t, camera(fmt.Sprintf("i%d", n), fmt.Sprintf("h%d", n), 1, fmt.Sprintf("10.0.%d.%d", n/256, n%256))...))
		s.hearMDNS(st, records, now)
		s.learn(fmt.Sprintf("_t%d._tcp.local.", n))
		s.hearSSDP(st, ssdpMessage{typ: fmt.Sprint(n), usn: "uuid:1", location: fmt.Sprintf("http://10.1.%d.%d/", n/256, n%256)})
		s.station(netip.AddrFrom4([4]byte{127, 90, byte(n / 256), byte(n)}), l, now)
	}
	if len(st.instances) > maxServices || len(st.hosts) > maxHosts || len(st.adverts) > maxServices || len(st.claimed) > maxAddresses ||
		len(s.types) > maxTypes+len(commonTypes) || len(s.stations) > maxStations || !s.crowded {
		t.Errorf("kept %d services, %d hosts, %d announcements, %d claims, %d types, %d stations, crowded %v",
			len(st.instances), len(st.hosts), len(st.adverts), len(st.claimed), len(s.types), len(s.stations), s.crowded)
	}
	if txt := parseTXT(slices.Repeat([]string{strings.Repeat("x", 200)}, 300)); len(txt) != maxTXT/200 {
		t.Errorf("kept %d strings of TXT", len(txt))
	}
	began := time.Now()
	s.devices()
	if took := time.Since(began); took > time.Second {
		t.Errorf("%d stations took %v to put together", len(s.stations), took)
	}
}
