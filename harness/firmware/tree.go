package firmware

import (
	"encoding/binary"
	"strings"
)

// treeHeader knows a flattened device tree: its sizes lie within one another (Devicetree specification, 5.2).
func treeHeader(b []byte) bool {
	if len(b) < 40 {
		return false
	}
	be := binary.BigEndian
	total := be.Uint32(b[4:])
	return total >= 40 && uint64(total) <= uint64(len(b)) && be.Uint32(b[8:]) < total && be.Uint32(b[12:]) < total && be.Uint32(b[20:]) >= 2 && be.Uint32(b[20:]) <= 20
}

// unTree opens a flattened image tree: the data of each image. A device tree that holds no images holds nothing here.
func unTree(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	be := binary.BigEndian
	total := int(be.Uint32(data[4:]))
	nodes, err := properties(data[:total])
	for _, p := range nodes {
		at, name, _ := strings.Cut(strings.TrimPrefix(p.node, "/"), "/")
		if at != "images" || name == "" || strings.Contains(name, "/") {
			continue
		}
		switch p.name {
		case "data":
			if e := emit(name, p.value); e != nil {
				return 0, e
			}
		case "data-offset", "data-position":
			size, from := valueOf(nodes, p.node, "data-size"), uint64(0)
			if len(p.value) == 4 {
				from = uint64(be.Uint32(p.value))
			}
			if p.name == "data-offset" {
				from += uint64(total+3) &^ 3
			}
			if len(size) == 4 && from+uint64(be.Uint32(size)) <= uint64(len(data)) {
				if e := emit(name, data[from:from+uint64(be.Uint32(size))]); e != nil {
					return 0, e
				}
			}
		}
	}
	return total, err
}

// A property is one of a device tree.
type property struct {
	node, name string
	value      []byte
}

const mostProperties = 20_000

// properties reads a flattened device tree.
func properties(b []byte) (out []property, err error) {
	be := binary.BigEndian
	at, names := int(be.Uint32(b[8:])), int(be.Uint32(b[12:]))
	var path []string
	text := func(from int) (string, bool) {
		if from < 0 || from >= len(b) {
			return "", false
		}
		s, _, ok := strings.Cut(string(b[from:min(len(b), from+200)]), "\x00")
		return s, ok
	}
	for at >= 0 && at+4 <= len(b) && len(out) < mostProperties {
		token := be.Uint32(b[at:])
		at += 4
		switch token {
		case 1: // begin of a node
			name, ok := text(at)
			if !ok || len(path) > 32 {
				return out, errLoss
			}
			path = append(path, name)
			at += (len(name) + 4) &^ 3
		case 2: // its end
			if len(path) == 0 {
				return out, errLoss
			}
			path = path[:len(path)-1]
		case 3:
			if at+8 > len(b) {
				return out, errLoss
			}
			size := int(be.Uint32(b[at:]))
			name, ok := text(names + int(be.Uint32(b[at+4:])))
			if at += 8; !ok || size > len(b)-at {
				return out, errLoss
			}
			out = append(out, property{strings.Join(path, "/"), name, b[at : at+size]})
			at += (size + 3) &^ 3
		case 4: // nothing
		case 9:
			return out, nil
		default:
			return out, errLoss
		}
	}
	return out, errLoss
}

func valueOf(all []property, node, name string) []byte {
	for _, p := range all {
		if p.node == node && p.name == name {
			return p.value
		}
	}
	return nil
}
