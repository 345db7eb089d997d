package specimen

import (
	"net"
	"net/netip"
)

// datagrams opens what answers over UDP.
func (d *Device) datagrams() error {
	for _, s := range []struct {
		port  uint16
		on    bool
		reply func(request []byte) []byte
	}{
		{Discovery, d.is("undeclared-udp-service"), d.discover},
		{CoAP, d.is("coap-unauthenticated"), d.coap},
		{SNMP, d.any("snmp-default-community", "snmp-public"), d.snmp},
		{SSDP, d.describes(), d.ssdp},
	} {
		if !s.on {
			continue
		}
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(d.Options.Addr, s.port)))
		if err != nil {
			return err
		}
		d.close = append(d.close, func() { c.Close() })
		d.wg.Go(func() {
			b := make([]byte, 2048)
			for {
				n, from, err := c.ReadFromUDPAddrPort(b)
				if err != nil {
					return
				}
				if out := s.reply(b[:n]); out != nil {
					c.WriteToUDPAddrPort(out, from)
				}
			}
		})
	}
	return nil
}

// discover is a maker's own way to find its devices: it says to anybody what it is.
func (d *Device) discover([]byte) []byte {
	return []byte(`{"model":"` + model + `","name":"` + d.Options.Name + `"}`)
}
