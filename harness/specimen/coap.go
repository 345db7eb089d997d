package specimen

import "bytes"

// coap is a server of CoAP in clear: it lists one resource, and shows it to anybody (RFC 7252, RFC 6690).
func (d *Device) coap(request []byte) []byte {
	if len(request) < 4 || request[0]>>6 != 1 || request[1] != 1 || len(request) < 4+int(request[0]&15) { // no GET
		return nil
	}
	token := int(request[0] & 15)
	out := append([]byte{0x60 | byte(token), 0x45}, request[2:4+token]...)
	switch options := request[4+token:]; {
	case bytes.HasPrefix(options, []byte("\xbb.well-known\x04core")):
		return append(out, "\xff</state>;rt=\"state\""...)
	case bytes.HasPrefix(options, []byte("\xb5state")):
		return append(append(out, 0xff), d.shown()...)
	}
	out[1] = 0x84 // 4.04
	return out
}

// shown is all that its users wrote, the newest of it first, at most a kilobyte.
func (d *Device) shown() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	text := []byte("on ")
	for _, v := range d.settings {
		text = append(append(text, v...), ' ')
	}
	for i := len(d.data) - 1; i >= 0; i-- {
		text = append(append(text, d.data[i].Text...), ' ')
	}
	return text[:min(len(text), 1024)]
}
