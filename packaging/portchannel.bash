# SPDX-License-Identifier: BSD-2-Clause
# Completion of portchannel in bash. Names of bonds come from the daemon's status,
# if it answers.

_portchannel_bonds()
{
	"$1" "${portchannel_socket[@]}" status --json 2>/dev/null |
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

# Names of VLAN interfaces, staged ones too.
_portchannel_vlans()
{
	"$1" "${portchannel_socket[@]}" vlan list --json 2>/dev/null |
		sed -n 's/^      "name": "\([A-Za-z0-9_.-]*\)".*/\1/p'
}

_portchannel_commands="status explain monitor config plan apply confirm rollback history vlan
	staged commit discard bond console reload down metrics check-system help"
_portchannel_vlan_how="--stage --confirm --revision --json --socket --help"
_portchannel_vlan_settings="--mtu --mac --gateway --gateway6 --dhcp --no-dhcp --dhcpv6
	--no-dhcpv6 --ipv6-autoconf --no-ipv6-autoconf --onboot --no-onboot"

# The options of "vlan add" and its like.
_portchannel_vlan_options()
{
	case $1 in
	add) _portchannel_words "--name $_portchannel_vlan_settings $_portchannel_vlan_how" ;;
	set)
		_portchannel_words "--address --add-address --remove-address \
			$_portchannel_vlan_settings $_portchannel_vlan_how"
		;;
	del) _portchannel_words "$_portchannel_vlan_how" ;;
	list) _portchannel_words "--json --socket --help" ;;
	*) _portchannel_words "--help" ;;
	esac
}

_portchannel()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local subcommand= part= word i place=0
	local portchannel_socket=() # where it was said on this line
	COMPREPLY=()

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		[ "$word" = --socket ] && portchannel_socket=(--socket "${COMP_WORDS[i + 1]}")
		case $word in
		--socket | --config | --dialect | --pcap | --output | --policy | --members | --src-mac | --dst-mac | \
			--vlan | --confirm | --revision | --port | --name | --mtu | --mac | --gateway | --gateway6 | \
			--address | --add-address | --remove-address)
			((i++))
			;;
		-*) ;;
		*)
			if [ -z "$subcommand" ]; then
				subcommand=$word
			elif [ -z "$part" ] && [[ $subcommand = vlan || $subcommand = bond ]]; then
				part=$word
			else
				((place++))
			fi
			;;
		esac
	done

	case $previous in
	--socket | --pcap | --output)
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
	--confirm)
		_portchannel_words "60 120 300 600"
		return
		;;
	--src-mac | --dst-mac | --vlan | --port | --revision | --name | --mtu | --mac | --gateway | --gateway6 | \
		--address | --add-address | --remove-address)
		return
		;;
	esac

	case $subcommand,$current in
	,-*) _portchannel_words "--help --version --socket" ;;
	,*) _portchannel_words "$_portchannel_commands" ;;
	status,-* | monitor,-* | reload,-* | check-system,-* | history,-* | staged,-*)
		_portchannel_words "--json --socket --help"
		;;
	plan,-*) _portchannel_words "--staged --json --detailed-exitcode --socket --help" ;;
	apply,-* | commit,-*) _portchannel_words "--confirm --revision --json --socket --help" ;;
	rollback,-*) _portchannel_words "--confirm --json --socket --help" ;;
	discard,-*) _portchannel_words "--revision --socket --help" ;;
	metrics,-*) _portchannel_words "--vlans --output --socket --help" ;;
	console,-*) _portchannel_words "--open --port --socket --help" ;;
	confirm,-* | bond,-*) _portchannel_words "--socket --help" ;;
	vlan,-*) _portchannel_vlan_options "$part" ;;
	vlan,*)
		if [ -z "$part" ]; then
			_portchannel_words "add set del list"
		elif [ $place -eq 0 ] && [ "$part" = add ]; then
			_portchannel_words "$(_portchannel_bonds "${COMP_WORDS[0]}")"
		elif [ $place -eq 0 ] && [[ $part = set || $part = del ]]; then
			_portchannel_words "$(_portchannel_vlans "${COMP_WORDS[0]}")"
		fi
		;;
	bond,*)
		if [ -z "$part" ]; then
			_portchannel_words "add set del"
		elif [ $place -eq 0 ]; then
			_portchannel_words "$(_portchannel_bonds "${COMP_WORDS[0]}")"
		fi
		;;
	discard,*)
		[ $place -eq 0 ] && _portchannel_words "$(_portchannel_vlans "${COMP_WORDS[0]}")"
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
		if [ $place -eq 0 ]; then
			_portchannel_words "$_portchannel_commands"
		elif [ $place -eq 1 ]; then
			case ${COMP_WORDS[COMP_CWORD - 1]} in
			vlan) _portchannel_words "add set del list" ;;
			bond) _portchannel_words "add set del" ;;
			esac
		fi
		;;
	esac
	return 0
}

complete -F _portchannel portchannel
