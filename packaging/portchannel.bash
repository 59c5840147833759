# SPDX-License-Identifier: BSD-2-Clause
# Completion of portchannel in bash. Names of bonds come from the daemon's status,
# if it answers.

_portchannel_bonds()
{
	"$1" status --json 2>/dev/null |
		sed -n 's/^      "name": "\([A-Za-z0-9_.-]*\)".*/\1/p'
}

# Completes words of a list in $1.
_portchannel_words()
{
	local IFS=$' \t\n'
	COMPREPLY=($(compgen -W "$1" -- "$current"))
}

_portchannel_files()
{
	local IFS=$'\n'
	compopt -o filenames 2>/dev/null
	COMPREPLY=($(compgen "$1" -- "$current"))
}

_portchannel()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local subcommand= word i place=0
	COMPREPLY=()

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--socket | --config | --dialect | --pcap | --policy | --members | --src-mac | --dst-mac | --vlan)
			((i++))
			;;
		-*) ;;
		*)
			if [ -z "$subcommand" ]; then
				subcommand=$word
			else
				((place++))
			fi
			;;
		esac
	done

	case $previous in
	--socket | --pcap)
		_portchannel_files -f
		return
		;;
	--dialect)
		_portchannel_words "initscripts nm"
		return
		;;
	--config)
		_portchannel_files -d
		return
		;;
	--policy)
		_portchannel_words "layer2 layer2+3 layer3+4"
		return
		;;
	--members)
		_portchannel_words "1 2 3 4 5 6 7 8"
		return
		;;
	--src-mac | --dst-mac | --vlan)
		return
		;;
	esac

	case $subcommand,$current in
	,-*) _portchannel_words "--help --version --socket" ;;
	,*) _portchannel_words "status explain monitor config reload down check-system help" ;;
	status,-* | monitor,-* | reload,-* | check-system,-*)
		_portchannel_words "--json --socket --help"
		;;
	explain,-*)
		_portchannel_words "--json --pcap --policy --members --src-mac --dst-mac --vlan --socket --help"
		;;
	config,-*) _portchannel_words "--json --unknown --dialect --config --help" ;;
	down,-*) _portchannel_words "--yes --socket --help" ;;
	status,* | down,* | explain,*)
		if [ $place -eq 0 ]; then
			_portchannel_words "$(_portchannel_bonds "${COMP_WORDS[0]}")"
		elif [ $subcommand = explain ] && [ $place -eq 3 ]; then
			_portchannel_words "tcp udp icmp"
		fi
		;;
	config,*) [ $place -eq 0 ] && _portchannel_words "check show" ;;
	help,*)
		[ $place -eq 0 ] &&
			_portchannel_words "status explain monitor config reload down check-system help"
		;;
	esac
	return 0
}

complete -F _portchannel portchannel
