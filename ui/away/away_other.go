//go:build !linux && !windows

package away

import "context"

func watch(context.Context, func()) {}
