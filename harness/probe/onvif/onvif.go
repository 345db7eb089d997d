// Package onvif asks a camera that speaks ONVIF which of its functions it serves to anybody.
//
// Its one idea is that some functions are for everybody by the standard, and only the others show a door that is open: the time tells
// that ONVIF is spoken, what users alone may read is then asked for without a log-in, and nothing is changed.
//
//	s, err := onvif.Functions{Port: 80}.Ask(ctx, on)
//	// s.Open: [GetUsers], s.Asks: [GetNetworkInterfaces GetProfiles]
package onvif

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

const (
	devicePath = "/onvif/device_service" // Core Specification 5.1.1
	deviceWSDL = "http://www.onvif.org/ver10/device/wsdl"
	mediaWSDL  = "http://www.onvif.org/ver10/media/wsdl"
	maxNames   = 2000
	maxText    = 200
)

// Functions asks a web server.
type Functions struct {
	Port uint16
	TLS  bool
	Look int // a second look is another question
}

// Served is what it does for anybody.
type Served struct {
	ONVIF bool
	Open  []string          // functions of users that it served: GetUsers
	Asks  []string          // those that it refused
	Told  map[string]string // of GetDeviceInformation: Manufacturer, Model, FirmwareVersion, SerialNumber, HardwareId
}

// Level is gentle: it reads, and no credential is sent.
func (Functions) Level() provisions.Level { return provisions.Gentle }
func (q Functions) String() string {
	return fmt.Sprintf("which functions of ONVIF port %d serves to anybody", q.Port)
}

// information are the fields of GetDeviceInformation.
var information = []string{"Manufacturer", "Model", "FirmwareVersion", "SerialNumber", "HardwareId"}

// Ask asks. A server without ONVIF is an answer.
func (q Functions) Ask(ctx context.Context, on *dial.Device) (s Served, err error) {
	time, err := q.call(ctx, on, devicePath, deviceWSDL, "GetSystemDateAndTime")
	if err != nil || !time.serves("GetSystemDateAndTime") {
		return s, err
	}
	s.ONVIF = true
	media := devicePath
	if c, err := q.call(ctx, on, devicePath, deviceWSDL, "GetCapabilities"); err != nil {
		return s, err
	} else if at := c.under("Media", "XAddr"); at != "" {
		if u, err := url.Parse(at); err == nil && strings.HasPrefix(u.Path, "/") {
			media = u.RequestURI() // at this server, wherever it says that it is
		}
	}
	for _, f := range []struct{ path, wsdl, name string }{
		{devicePath, deviceWSDL, "GetDeviceInformation"}, {devicePath, deviceWSDL, "GetNetworkInterfaces"}, {devicePath, deviceWSDL, "GetUsers"}, {media, mediaWSDL, "GetProfiles"},
	} {
		a, err := q.call(ctx, on, f.path, f.wsdl, f.name)
		switch {
		case err != nil:
			return s, err
		case a.serves(f.name):
			s.Open = append(s.Open, f.name)
		case a.status == 401 || a.status == 400 || a.status == 403 || a.status == 500:
			s.Asks = append(s.Asks, f.name)
		}
		if f.name == "GetDeviceInformation" && a.serves(f.name) {
			s.Told = map[string]string{}
			for _, k := range information {
				if v := a.under(f.name+"Response", k); v != "" {
					s.Told[k] = v
				}
			}
		}
	}
	return s, nil
}

// call calls a function of SOAP 1.2 that takes nothing.
func (q Functions) call(ctx context.Context, on *dial.Device, path, wsdl, name string) (answer, error) {
	inner := ""
	if name == "GetCapabilities" {
		inner = "<Category>All</Category>"
	}
	r, err := http.Do(ctx, on, http.Request{Port: q.Port, TLS: q.TLS, Method: "POST", Path: path,
		Body:   `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><` + name + ` xmlns="` + wsdl + `">` + inner + `</` + name + `></s:Body></s:Envelope>`,
		Header: map[string]string{"Content-Type": `application/soap+xml; charset=utf-8; action="` + wsdl + "/" + name + `"`}})
	if errors.Is(err, http.ErrClosed) {
		return answer{}, nil
	}
	if err != nil {
		return answer{}, fmt.Errorf("ask ONVIF for %s: %w", name, err)
	}
	return answer{r.Status, read(r.Body)}, nil
}

// An answer is a status, and the elements of a document with their texts.
type answer struct {
	status int
	all    []element
}

type element struct{ parents, name, text string }

// serves tells whether the function was done: its response came, and no fault.
func (a answer) serves(name string) bool {
	done := false
	for _, e := range a.all {
		if e.name == "Fault" {
			return false
		}
		done = done || e.name == name+"Response"
	}
	return done && a.status == 200
}

// under is the text of the first element of a name anywhere within another.
func (a answer) under(parent, name string) string {
	for _, e := range a.all {
		if e.name == name && strings.Contains(e.parents, "/"+parent+"/") {
			return e.text
		}
	}
	return ""
}

// read reads elements by their local names, at most 2,000 and 32 deep; what is not well-formed ends it.
func read(b []byte) (out []element) {
	const deepest = 32
	var path []string
	at := []int{} // of each open element, its place in out
	for d := xml.NewDecoder(bytes.NewReader(b)); len(out) < maxNames; {
		t, err := d.Token()
		if err != nil {
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(path) == deepest {
				return out
			}
			out = append(out, element{parents: "/" + strings.Join(path, "/") + "/", name: t.Name.Local})
			path, at = append(path, t.Name.Local), append(at, len(out)-1)
		case xml.EndElement:
			if len(path) > 0 {
				path, at = path[:len(path)-1], at[:len(at)-1]
			}
		case xml.CharData:
			if len(at) > 0 {
				e := &out[at[len(at)-1]]
				e.text = clean(e.text + string(t))
			}
		}
	}
	return out
}

func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= ' ' && r < 0x7f || r >= 0xa0 && r != 0x202e {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s[:min(len(s), maxText)], "\ufffd"))
	return strings.TrimSpace(s)
}
