package specimen

func init() {
	faults["undeclared-microphone-track"], faults["undeclared-sensor-in-api"] = true, true
	honest["temperature-of-its-processor"] = true
}

// felt is what the device measures, as its API tells the owner.
func (d *Device) felt() (pairs []any) {
	if d.is("undeclared-sensor-in-api") {
		pairs = append(pairs, "humidity", 41.5, "lux", 210)
	}
	if d.is("temperature-of-its-processor") {
		pairs = append(pairs, "cpu_temp", 51.2, "room", map[string]any{"temperature": 20.5}, "motion_detection_set", true)
	}
	return pairs
}
