package specimen

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
)

// SSDP is where UPnP searches (UPnP Device Architecture 2.0 clause 1.3), of faults.
const SSDP = 1900

// describes tells whether it speaks UPnP: only by faults, and then it is declared.
func (d *Device) describes() bool { return d.any("upnp-control-open", "ssdp-leaks-serial") }

// ssdp answers a search by unicast.
func (d *Device) ssdp(request []byte) []byte {
	if !bytes.HasPrefix(request, []byte("M-SEARCH * HTTP/1.1\r\n")) {
		return nil
	}
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: http://%v/upnp.xml\r\nSERVER: %s UPnP/1.0\r\nST: upnp:rootdevice\r\nUSN: uuid:%s::upnp:rootdevice\r\n\r\n",
		netip.AddrPortFrom(d.Options.Addr, HTTP), model, anyDevice)
}

const (
	anyDevice = "00000000-0000-4000-8000-000000000000"
	settings  = "urn:assay-example:service:Settings:1"
)

// upnp is its description, and one service by which its name is read and changed: by anybody as a fault, else by nobody.
func (d *Device) upnp(next http.Handler) http.Handler {
	if !d.describes() {
		return next
	}
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.HandleFunc("GET /upnp.xml", func(w http.ResponseWriter, _ *http.Request) {
		serial := ""
		if d.is("ssdp-leaks-serial") {
			serial = "<serialNumber>" + d.serial + "</serialNumber>"
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>`+
			`<friendlyName>%s</friendlyName><manufacturer>Assay</manufacturer><modelName>%s</modelName>%s<UDN>uuid:%s</UDN><serviceList><service>`+
			`<serviceType>%s</serviceType><serviceId>urn:x:1</serviceId><SCPDURL>/upnp/scpd.xml</SCPDURL><controlURL>/upnp/control</controlURL><eventSubURL></eventSubURL>`+
			`</service></serviceList></device></root>`, model, model, serial, anyDevice, settings)
	})
	mux.HandleFunc("GET /upnp/scpd.xml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		argument := func(name, way string) string {
			return "<argumentList><argument><name>" + name + "</name><direction>" + way + "</direction><relatedStateVariable>Name</relatedStateVariable></argument></argumentList>"
		}
		io.WriteString(w, `<scpd xmlns="urn:schemas-upnp-org:service-1-0"><actionList><action><name>GetName</name>`+argument("CurrentName", "out")+
			`</action><action><name>SetName</name>`+argument("NewName", "in")+`</action></actionList></scpd>`)
	})
	mux.HandleFunc("POST /upnp/control", d.control)
	return mux
}

// control calls an action.
func (d *Device) control(w http.ResponseWriter, r *http.Request) {
	if !d.is("upnp-control-open") {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, 4<<10))
	d.mu.Lock()
	defer d.mu.Unlock()
	switch action := strings.Trim(r.Header.Get("SOAPAction"), `"`); action {
	case settings + "#GetName":
		var name strings.Builder
		_ = xml.EscapeText(&name, []byte(d.settings["name"]))
		fmt.Fprintf(w, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:GetNameResponse xmlns:u="%s"><CurrentName>%s</CurrentName></u:GetNameResponse></s:Body></s:Envelope>`, settings, name.String())
	case settings + "#SetName":
		var e struct {
			Name string `xml:"Body>SetName>NewName"`
		}
		if xml.Unmarshal(body, &e) != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		d.settings["name"] = e.Name
	default:
		w.WriteHeader(http.StatusInternalServerError)
	}
}
